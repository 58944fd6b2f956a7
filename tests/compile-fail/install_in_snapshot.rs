// SPDX-License-Identifier: GPL-2.0

//! What was empty without the lock may be empty no more: nothing is installed there.

use kernel::mm::pgtable::*;

pub fn map(slot: Slot<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    if let Snapshot::Vacant(vacant) = slot.snapshot() {
        vacant.install(leaf, place); //~ E0599
    }
}
