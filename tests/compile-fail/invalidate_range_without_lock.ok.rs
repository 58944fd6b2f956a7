// SPDX-License-Identifier: GPL-2.0

//! An invalidation has a lock: a listener that is added meanwhile is told of its end alone.

use kernel::mm::{notifier::*, virt::VmaRef};

pub fn tell(vma: &VmaRef) {
    let mut range = InvalidateRange::clear(vma, 0..4096);
    drop(range.start());
}
