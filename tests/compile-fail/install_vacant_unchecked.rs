// SPDX-License-Identifier: GPL-2.0

//! An entry that is asked whether it is empty may answer that it is not.

use kernel::mm::pgtable::*;

pub fn map(
    guard: &mut SlotGuard<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    place: &VmaBlock<'_, Pmd>,
) -> Option<()> {
    guard.vacant().install(leaf, place); //~ E0599
    Some(())
}
