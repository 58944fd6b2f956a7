// SPDX-License-Identifier: GPL-2.0

//! Protection is a mapping's, not any bits.

use core::marker::PhantomData;
use kernel::{bindings, mm::pfnmap::*};

pub fn protection<'g>(_mapping: &'g PfnmapGuard<'_>, _prot: bindings::pgprot_t) -> Pgprot<'g> {
    Pgprot(_prot, PhantomData) //~ E0423
}
