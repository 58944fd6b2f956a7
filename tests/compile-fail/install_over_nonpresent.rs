// SPDX-License-Identifier: GPL-2.0

//! Not present is not empty: swap, migration and markers are not overwritten.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    match guard.entry() {
        Entry::Vacant(vacant) | Entry::NonPresent(vacant) => vacant.install(leaf, place), //~ E0308
        _ => {}
    }
}
