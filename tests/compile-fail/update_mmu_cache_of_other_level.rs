// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! The architecture is told of the entry that was made, at the level at which it was.

use kernel::mm::pgtable::*;

pub fn update(guard: &SlotGuard<'_, Pmd>, place: &VmaBlock<'_, Pte>) {
    guard.update_mmu_cache(place);
}
