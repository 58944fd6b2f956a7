// SPDX-License-Identifier: GPL-2.0

//! A BAR for user space is of a device of the driver's own. Of one that another driver is bound to,
//! such as the parent of an auxiliary device, it would stay after this driver is gone.

use kernel::{device::Bound, mm::pfnmap::*, pci, prelude::*};

pub fn bar(parent: &pci::Device<Bound>) -> Result<UserBar> {
    UserBar::new(parent, 0, c"misuse") //~ E0308
}
