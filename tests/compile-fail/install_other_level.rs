// SPDX-License-Identifier: GPL-2.0

//! The leaf of one level does not fit into the entry of another.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pte>, place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf, place); //~ E0308
}
