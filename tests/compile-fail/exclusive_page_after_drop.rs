// SPDX-License-Identifier: GPL-2.0

//! A device writes to a page only while it is the device's.

use core::sync::atomic::{AtomicU64, Ordering};
use kernel::mm::device_exclusive::*;

pub fn add(page: ExclusivePage<'_>) -> Option<u64> {
    let counter: &AtomicU64 = page.counter(0)?;
    drop(page); //~ E0505
    Some(counter.fetch_add(1, Ordering::Relaxed))
}
