// SPDX-License-Identifier: GPL-2.0

//! An entry that was filled is empty no more.

use kernel::mm::pgtable::*;

pub fn map(
    vacant: Vacant<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    _other: SpecialLeaf<'_, Pmd>,
    place: &VmaBlock<'_, Pmd>,
) {
    vacant.install(leaf, place);
    vacant.install(_other, place); //~ E0382
}
