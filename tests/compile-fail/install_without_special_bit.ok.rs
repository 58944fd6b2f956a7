// SPDX-License-Identifier: GPL-2.0

//! Nothing is installed at a level without a special bit.

use kernel::mm::pgtable::*;

pub fn map<L: SpecialLevel>(
    vacant: Vacant<'_, L>,
    leaf: SpecialLeaf<'_, L>,
    place: &VmaBlock<'_, L>,
) {
    vacant.install(leaf, place);
}
