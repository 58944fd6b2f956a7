// SPDX-License-Identifier: GPL-2.0

//! Protection is a mapping's, not any bits.

use core::marker::PhantomData;
use kernel::mm::pgtable::*;

pub fn protection<'g>(leaf: &Leaf<'g, Pmd>) -> Pgprot<'g> {
    Pgprot(leaf.pgprot().into_raw(), PhantomData) //~ E0423
}
