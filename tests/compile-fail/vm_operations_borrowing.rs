// SPDX-License-Identifier: GPL-2.0

//! What serves faults borrows nothing: the vmas outlive the `mmap` that has set it.

use kernel::{
    mm::{pfnmap::fault::*, pfnmap::vm_ops::VmOperations, pfnmap::*},
    sync::Arc,
};

pub struct Card<'a> {
    pub bar: &'a Arc<DeviceFrames>,
}

impl VmOperations for Card<'_> {
    //~^ E0478
    //~^^ E0803
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.bar)
    }
}
