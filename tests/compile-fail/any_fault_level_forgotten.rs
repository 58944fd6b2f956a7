// SPDX-License-Identifier: GPL-2.0

//! A match on a fault of any order names every level.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub fn serve<'f>(fault: &AnyFault<'f>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    match fault {
        //~^ E0004
        AnyFault::Pte(fault) => fault.insert(bar),
    }
}
