// SPDX-License-Identifier: GPL-2.0

//! Nor is the place left out by calling what is below: that is for fork, which copies a vma.

use kernel::mm::pgtable::*;

pub fn map(vacant: Vacant<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, _place: &VmaBlock<'_, Pmd>) {
    vacant.set(leaf); //~ E0624
}
