// SPDX-License-Identifier: GPL-2.0

//! The last vma may go on any thread, and what serves its faults with it.

use kernel::{
    mm::{pfnmap::fault::*, pfnmap::vm_ops::VmOperations, pfnmap::*},
    sync::lock::mutex::MutexGuard,
};

pub struct Card {
    pub bar: DeviceFrames,
    pub owner: Option<MutexGuard<'static, usize>>,
}

impl VmOperations for Card {
    //~^ E0277
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.bar)
    }
}
