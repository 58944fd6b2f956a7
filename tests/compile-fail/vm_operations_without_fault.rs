// SPDX-License-Identifier: GPL-2.0

//! A driver of frames serves the fault of one page, whatever else it serves.

use kernel::{
    mm::{fault::*, pgtable::*, vm_ops::VmOperations},
    prelude::*,
};

#[path = "lib/local_module.rs"]
mod local_module;
use local_module::LocalModule;

pub struct Card {
    pub bar: DeviceFrames,
}

#[vtable]
impl VmOperations for Card {
    //~^ E0046
    fn huge_fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.bar, 0)
    }
}
