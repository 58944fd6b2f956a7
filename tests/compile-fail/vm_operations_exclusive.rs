// SPDX-License-Identifier: GPL-2.0

//! So nobody serves a fault with exclusive access.

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
    fn fault<'f>(&mut self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
        //~^ E0053
        AnyFault::Pte(fault).insert(&self.bar, 0)
    }
}
