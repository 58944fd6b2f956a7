// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found is made writable where it is, for a write there, not in a copy.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pmd>, prot: &PfnProt<Pmd>) -> bool {
    leaf.mkwritten(place, prot)
}
