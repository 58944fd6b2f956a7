// SPDX-License-Identifier: GPL-2.0

//! A BAR is not inserted into a mapping of something else.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub fn insert<'f>(fault: AnyFault<'f>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    fault.insert(bar)
}
