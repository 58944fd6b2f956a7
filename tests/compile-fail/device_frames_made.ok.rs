// SPDX-License-Identifier: GPL-2.0

//! The frames of a device are not put together.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn bar(first: Pfn, pages: usize) -> DeviceFrames {
    // SAFETY: The caller has them from a BAR of its own.
    unsafe { DeviceFrames::new(first, pages) }
}
