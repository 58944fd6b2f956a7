// SPDX-License-Identifier: GPL-2.0

//! Protection is a mapping's, not any bits.

use kernel::mm::pgtable::*;

pub fn protection<'g>(leaf: &Leaf<'g, Pmd>) -> Pgprot<'g> {
    leaf.pgprot()
}
