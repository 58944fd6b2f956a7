// SPDX-License-Identifier: GPL-2.0

//! Protection is a mapping's, not any bits.

use kernel::{bindings, mm::pgtable::*};

pub fn protection<'g>(leaf: &'g LeafGuard<'_, Pmd>, _prot: bindings::pgprot_t) -> Pgprot<'g> {
    leaf.pgprot()
}
