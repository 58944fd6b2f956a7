// SPDX-License-Identifier: GPL-2.0

//! A range does not outlast the lock that it was made below.

use kernel::mm::{notifier::*, MmWithUser};

pub fn range(mm: &MmWithUser) {
    let mmap = mm.mmap_read_lock();
    let Some(mut range) = InvalidateRange::exclusive(&mmap, 0..4096, Owner::NONE) else {
        return;
    };
    drop(range.start());
}
