// SPDX-License-Identifier: GPL-2.0

//! A fault has a level, not an order.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub fn serve<'f>(fault: &AnyFault<'f>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    match fault {
        AnyFault::Pte(_) => fault.insert(bar),
        _ => Err(FaultError::Fallback),
    }
}
