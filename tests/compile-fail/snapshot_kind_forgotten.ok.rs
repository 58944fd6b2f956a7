// SPDX-License-Identifier: GPL-2.0

//! A match on a snapshot says what happens where the entry was not present.

use kernel::mm::pgtable::*;

pub fn is_mapped(slot: Slot<'_, Pmd>) -> bool {
    match slot.snapshot() {
        Snapshot::Vacant(_) => false,
        Snapshot::NonPresent(_) => false,
        Snapshot::Leaf(_) | Snapshot::Table(_) => true,
    }
}
