// SPDX-License-Identifier: GPL-2.0

//! The frames of a device are not put together.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn bar(first: Pfn, pages: usize) -> DeviceFrames {
    DeviceFrames { first, pages } //~ E0451
}
