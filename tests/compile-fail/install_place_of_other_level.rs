// SPDX-License-Identifier: GPL-2.0

//! The place of one page is not that of a block.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pte>) {
    vacant.install(leaf, place); //~ E0308
}
