// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found is made writable where it is, for a write there, not in a copy.

use kernel::mm::pgtable::*;

pub fn write(leaf: Special<'_, Pmd>, place: &VmaBlock<'_, Pmd>, _prot: &PfnProt<Pmd>) -> bool {
    let copy = leaf.copied().maybe_mkwrite(place.vma()); //~ E0624
    copy.frames().first() == _prot.frames().first()
}
