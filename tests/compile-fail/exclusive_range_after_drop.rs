// SPDX-License-Identifier: GPL-2.0

//! A device writes to pages only while they are the device's.

use core::sync::atomic::{AtomicU64, Ordering};
use kernel::mm::device_exclusive::*;

pub fn add(mut range: ExclusiveRange<'_>) -> Option<u64> {
    let counter: &AtomicU64 = range.counter(0, 0).ok()?;
    drop(range); //~ E0505
    Some(counter.fetch_add(1, Ordering::Relaxed))
}
