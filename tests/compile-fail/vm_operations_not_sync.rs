// SPDX-License-Identifier: GPL-2.0

//! Faults of one vma come on several CPUs at once: what serves them is shared.

use core::cell::Cell;
use kernel::mm::{pfnmap::fault::*, pfnmap::vm_ops::VmOperations, pfnmap::*};

pub struct Card {
    pub bar: DeviceFrames,
    pub faults: Cell<usize>,
}

impl VmOperations for Card {
    //~^ E0277
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        let _faults = self.faults.replace(1);
        fault.insert(&self.bar)
    }
}
