// SPDX-License-Identifier: GPL-2.0

//! What an entry says of device memory is true while its lock is held.

use kernel::mm::pgtable::{pages::*, *};

pub fn writable(mut guard: SlotGuard<'_, Pte>) -> bool {
    let Entry::NonPresent(entry) = guard.entry() else {
        return false;
    };
    let SoftLeaf::DevicePrivate(entry) = entry.softleaf() else {
        return false;
    };
    let writable = entry.writable();
    drop(guard);
    writable
}
