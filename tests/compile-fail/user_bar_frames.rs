// SPDX-License-Identifier: GPL-2.0

//! The frames of a BAR cannot be taken out of it, where they would outlive the device.

use kernel::mm::pfnmap::*;

pub fn frames(bar: &UserBar) -> &DeviceFrames {
    &bar.0.frames //~ E0616
}
