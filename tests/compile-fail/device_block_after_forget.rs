// SPDX-License-Identifier: GPL-2.0

//! A block of frames is used before the driver forgets what owns them.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, bar: DeviceFrames) -> Result<Done<'f>, FaultError> {
    let frames = bar.block(0).ok_or(FaultError::Fallback)?;
    core::mem::forget(bar); //~ E0505
    fault.insert_block(frames)
}
