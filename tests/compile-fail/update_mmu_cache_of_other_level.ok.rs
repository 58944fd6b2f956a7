// SPDX-License-Identifier: GPL-2.0

//! The architecture is told of the entry that was made, at the level at which it was.

use kernel::mm::pgtable::*;

pub fn update(guard: &SlotGuard<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    guard.update_mmu_cache(place);
}
