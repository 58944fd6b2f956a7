// SPDX-License-Identifier: GPL-2.0

//! An address alone is no place: it may lie outside of any vma for frames.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf, place.addr()); //~ E0308
}
