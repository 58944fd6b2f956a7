// SPDX-License-Identifier: GPL-2.0

//! A fault has a level, not an order.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub fn serve<'f>(fault: &AnyFault<'f>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    match fault {
        0 => fault.insert(bar), //~ E0308
        _ => Err(FaultError::Fallback),
    }
}
