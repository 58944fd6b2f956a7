// SPDX-License-Identifier: GPL-2.0

//! A driver does not say that it has mapped something: it returns what the insert says.

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
    fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
        AnyFault::Pte(fault).insert(&self.bar, 0)
    }

    fn huge_fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.bar, 0).map(|_| ()) //~ E0308
    }
}
