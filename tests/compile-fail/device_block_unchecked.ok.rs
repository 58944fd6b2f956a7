// SPDX-License-Identifier: GPL-2.0

//! A page need not start a block of the device's frames: the driver says what happens then.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    fault.insert_block(bar.block(0).ok_or(FaultError::Fallback)?)
}
