// SPDX-License-Identifier: GPL-2.0

//! What was found empty by two looks is filled once.

use kernel::mm::pgtable::*;

pub fn map(
    guard: &mut SlotGuard<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    _other: SpecialLeaf<'_, Pmd>,
    place: &VmaBlock<'_, Pmd>,
) {
    if let (Entry::Vacant(first), Entry::Vacant(second)) = (guard.entry(), guard.entry()) {
        //~^ E0499
        first.install(leaf, place);
        second.install(_other, place);
    }
}
