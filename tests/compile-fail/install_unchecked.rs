// SPDX-License-Identifier: GPL-2.0

//! Nobody installs before asking whether the entry is empty.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    guard.entry().install(leaf, place); //~ E0599
}
