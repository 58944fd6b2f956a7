// SPDX-License-Identifier: GPL-2.0

//! Who takes an order apart says what happens at every level.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f>(fault: &AnyFault<'f>, page: DeviceBlock<Pte>) -> Result<Done<'f>, FaultError> {
    match fault {
        //~^ E0004
        AnyFault::Pte(fault) => fault.insert(page),
    }
}
