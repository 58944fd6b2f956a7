// SPDX-License-Identifier: GPL-2.0

//! Who fills an entry says for which place of which vma.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, _place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf); //~ E0061
}
