// SPDX-License-Identifier: GPL-2.0

//! An invalidation ends before the mmap lock that it borrows is released.

use kernel::mm::{notifier::*, MmapReadGuard};

pub fn tell(mmap: MmapReadGuard<'_>, owner: Owner) {
    let mut range = InvalidateRange::exclusive(&mmap, 0..4096, owner);
    let notified = range.start();
    drop(mmap); //~ E0505
    drop(notified);
}
