// SPDX-License-Identifier: GPL-2.0

//! Secondary MMUs are not told of a range that is empty or reversed: they compute with its length.

use core::ops::Range;
use kernel::mm::{notifier::*, MmapReadGuard};

pub fn tell(mmap: &MmapReadGuard<'_>, addresses: Range<usize>, owner: Owner) {
    let mut range = InvalidateRange::exclusive(mmap, addresses, owner);
    drop(range.start()); //~ E0599
}
