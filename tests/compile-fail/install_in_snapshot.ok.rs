// SPDX-License-Identifier: GPL-2.0

//! What was empty without the lock may be empty no more: nothing is installed there.

use kernel::mm::pgtable::*;

pub fn map(slot: Slot<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    if let Entry::Vacant(vacant) = slot.lock().entry() {
        vacant.install(leaf, place);
    }
}
