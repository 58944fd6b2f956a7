// SPDX-License-Identifier: GPL-2.0

//! What was empty without the lock may be empty no more: nothing is installed there.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map(slot: Slot<'_, Pmd>, guard: &mut InsertGuard<'_, '_, Pmd>) -> Result<(), NotInstalled> {
    match slot.snapshot() {
        Snapshot::Vacant(vacant) => vacant.install(), //~ E0599
        _ => Err(NotInstalled::Occupied),
    }
}
