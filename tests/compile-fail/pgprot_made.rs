// SPDX-License-Identifier: GPL-2.0
// error: E0423

//! Protection is a mapping's, not any bits.

use kernel::mm::pgtable::*;

pub fn protection(leaf: &Leaf<'_, Pmd>) -> Pgprot {
    Pgprot(leaf.pgprot().into_raw())
}
