// SPDX-License-Identifier: GPL-2.0

//! Protection is a mapping's, not any bits.

use kernel::{bindings, mm::pfnmap::*};

pub fn protection<'g>(mapping: &'g PfnmapGuard<'_>, _prot: bindings::pgprot_t) -> Pgprot<'g> {
    mapping.pgprot()
}
