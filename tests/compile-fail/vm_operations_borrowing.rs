// SPDX-License-Identifier: GPL-2.0

//! What serves faults borrows nothing: the vmas outlive whoever has set it.

use kernel::{
    mm::{fault::*, pgtable::*, vm_ops::VmOperations},
    prelude::*,
    sync::Arc,
};

#[path = "lib/local_module.rs"]
mod local_module;
use local_module::LocalModule;

pub struct Card<'a> {
    pub bar: &'a Arc<DeviceFrames>,
}

#[vtable]
impl VmOperations for Card<'_> {
    //~^ E0478
    //~^^ E0803
    fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
        AnyFault::Pte(fault).insert(&self.bar, 0)
    }
}
