// SPDX-License-Identifier: GPL-2.0

//! An invalidation ends before the mmap lock that it borrows is released.

use kernel::mm::{notifier::*, MmapReadGuard};

pub fn tell(mmap: MmapReadGuard<'_>, owner: Owner) {
    let Some(mut range) = InvalidateRange::exclusive(&mmap, 0..4096, owner) else {
        return;
    };
    let notified = range.start();
    drop(mmap); //~ E0505
    drop(notified);
}
