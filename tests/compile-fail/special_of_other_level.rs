// SPDX-License-Identifier: GPL-2.0

//! A leaf is written to at the block of its own level, not at one beside it.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pte>, prot: &PfnProt<Pmd>) -> bool {
    leaf.mkwritten(place, prot) //~ E0308
}
