// SPDX-License-Identifier: GPL-2.0

//! What is put into a table has the special bit: a raw value may lack it.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf, place);
}
