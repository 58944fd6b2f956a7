// SPDX-License-Identifier: GPL-2.0

//! That user space may access frames is the driver's word, which it gives by unsafe.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn bar(first: Pfn, pages: usize) -> DeviceFrames {
    DeviceFrames::new(first, pages) //~ E0133
}
