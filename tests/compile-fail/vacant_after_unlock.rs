// SPDX-License-Identifier: GPL-2.0

//! An empty entry is known to be empty only while its lock is held.

use kernel::mm::pgtable::*;

pub fn still(mut guard: SlotGuard<'_, Pmd>) {
    let entry = guard.entry();
    drop(guard); //~ E0505
    drop(entry);
}
