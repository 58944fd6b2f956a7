// SPDX-License-Identifier: GPL-2.0

//! The last vma may go on any thread, and what serves its faults with it.

use kernel::{
    mm::{fault::*, pgtable::*, vm_ops::VmOperations},
    prelude::*,
    types::NotThreadSafe,
};

#[path = "lib/local_module.rs"]
mod local_module;
use local_module::LocalModule;

pub struct Card {
    pub bar: DeviceFrames,
    pub owner: NotThreadSafe,
}

#[vtable]
impl VmOperations for Card {
    //~^ E0277
    fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
        AnyFault::Pte(fault).insert(&self.bar, 0)
    }
}
