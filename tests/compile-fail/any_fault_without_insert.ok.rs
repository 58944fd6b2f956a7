// SPDX-License-Identifier: GPL-2.0

//! A fault of any order is not served before something is mapped for it.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub fn serve<'f>(fault: &AnyFault<'f>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    match fault.insert(bar) {
        Err(FaultError::Oom) => Err(FaultError::Oom),
        served => served,
    }
}
