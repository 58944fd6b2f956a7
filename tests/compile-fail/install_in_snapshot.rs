// SPDX-License-Identifier: GPL-2.0

//! What was empty without the lock may be empty no more: nothing is installed there.

use kernel::mm::pgtable::*;

pub fn map(slot: Slot<'_, Pmd>) -> bool {
    match slot.snapshot() {
        Snapshot::Vacant(vacant) => vacant.install(), //~ E0599
        _ => false,
    }
}
