// SPDX-License-Identifier: GPL-2.0

//! What an entry says of device memory is true while its lock is held.

use kernel::mm::pgtable::{pages::*, *};

pub fn frame(mut guard: SlotGuard<'_, Pte>) -> usize {
    let Entry::NonPresent(entry) = guard.entry() else {
        return 0;
    };
    let SoftLeaf::DevicePrivate(entry) = entry.softleaf() else {
        return 0;
    };
    drop(guard); //~ E0505
    entry.page().pfn()
}
