// SPDX-License-Identifier: GPL-2.0

//! A driver of frames serves faults.

use kernel::mm::{pfnmap::fault::*, pfnmap::vm_ops::VmOperations, pfnmap::*};

pub struct Card {
    pub bar: DeviceFrames,
}

impl VmOperations for Card {
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.bar)
    }
}
