// SPDX-License-Identifier: GPL-2.0

//! One leaf is put into one entry.

use kernel::mm::pgtable::*;

pub fn map(
    first: Vacant<'_, Pmd>,
    _second: Vacant<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    place: &VmaBlock<'_, Pmd>,
) {
    first.install(leaf, place);
    _second.install(leaf, place); //~ E0382
}
