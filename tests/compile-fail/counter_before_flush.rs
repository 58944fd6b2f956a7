// SPDX-License-Identifier: GPL-2.0

//! A device writes to a page once the batch that took it was flushed.

use core::sync::atomic::AtomicU64;
use kernel::mm::device_exclusive::*;

pub fn counter<'a>(pages: &'a ExclusivePages<'_>) -> Option<&'a AtomicU64> {
    pages.counter(0, 0).ok() //~ E0624
}
