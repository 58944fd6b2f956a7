// SPDX-License-Identifier: GPL-2.0

//! The architecture is told by what fills the entry, so that nobody forgets or does it elsewhere.

use kernel::mm::pgtable::*;

pub fn map(mut guard: SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    if let Some(vacant) = guard.vacant() {
        vacant.install(leaf, place);
    }
    guard.update_mmu_cache(place); //~ E0624
}
