// SPDX-License-Identifier: GPL-2.0

//! Faults of one vma come on several CPUs at once: what serves them is shared.

use core::cell::Cell;
use kernel::{
    mm::{fault::*, pgtable::*, vm_ops::VmOperations},
    prelude::*,
};

#[path = "lib/local_module.rs"]
mod local_module;
use local_module::LocalModule;

pub struct Card {
    pub bar: DeviceFrames,
    pub faults: Cell<usize>,
}

#[vtable]
impl VmOperations for Card {
    //~^ E0277
    fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
        let _faults = self.faults.replace(1);
        AnyFault::Pte(fault).insert(&self.bar, 0)
    }
}
