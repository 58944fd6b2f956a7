// SPDX-License-Identifier: GPL-2.0

//! A leaf is written to for the frames of its own level, not for one of its pages.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pmd>, prot: &PfnProt<Pte>) -> bool {
    leaf.mkwritten(place, prot) //~ E0308
}
