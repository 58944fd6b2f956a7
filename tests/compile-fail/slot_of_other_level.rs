// SPDX-License-Identifier: GPL-2.0

//! The slot of one level is no other level's.

use kernel::mm::pgtable::*;

fn lock(slot: Slot<'_, Pmd>) -> SlotGuard<'_, Pmd> {
    slot.lock()
}

pub fn lock_slot(slot: Slot<'_, Pud>) -> bool {
    matches!(lock(slot).entry(), Entry::Leaf(_)) //~ E0308
}
