// SPDX-License-Identifier: GPL-2.0

//! A block of frames is used before the frames are moved.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    bar: DeviceFrames,
    keep: impl FnOnce(DeviceFrames),
) -> Result<Done<'f>, FaultError> {
    let frames = bar.block(0).ok_or(FaultError::Fallback)?;
    let served = fault.insert_block(frames);
    keep(bar);
    served
}
