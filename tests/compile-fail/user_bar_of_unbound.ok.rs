// SPDX-License-Identifier: GPL-2.0

//! A device that no driver is bound to has no BAR for user space.

use kernel::{device::Core, mm::pfnmap::*, pci, prelude::*};

pub fn bar(pdev: &pci::Device<Core<'_>>) -> Result<UserBar> {
    UserBar::new(pdev, 0, c"misuse")
}
