// SPDX-License-Identifier: GPL-2.0

//! A device writes to a page once the batch that took it was flushed.

use core::sync::atomic::AtomicU64;
use kernel::mm::device_exclusive::*;

pub fn counter<'a>(page: &'a ExclusivePage<'_>) -> Option<&'a AtomicU64> {
    page.counter(0)
}
