// SPDX-License-Identifier: GPL-2.0

//! An invalidation ends before the lock of its vma is released.

use kernel::mm::{notifier::*, VmaReadGuard};

pub fn tell(vma: VmaReadGuard<'_>) {
    let mut range = InvalidateRange::clear(&vma, 0..4096);
    let notified = range.start();
    drop(notified);
    drop(vma);
}
