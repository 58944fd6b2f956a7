// SPDX-License-Identifier: GPL-2.0

//! Faults of one vma come on several CPUs at once: what serves them is shared.

use core::cell::Cell;
use kernel::mm::{pfnmap::fault::*, pfnmap::vm_ops::VmOperations, pfnmap::*};

pub struct Card {
    pub bar: DeviceFrames,
    pub faults: usize,
}

impl VmOperations for Card {
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        let _faults = Cell::new(self.faults);
        fault.insert(&self.bar)
    }
}
