// SPDX-License-Identifier: GPL-2.0

//! Nor to one that it outlives.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f, 'other: 'f>(
    fault: &Fault<'f, Pmd>,
    _other: &Fault<'other, Pmd>,
    bar: &DeviceFrames,
) -> Result<Done<'f>, FaultError> {
    let place = fault.block().ok_or(FaultError::Fallback)?;
    let frames = bar.block(place.pgoff()).ok_or(FaultError::Fallback)?;
    _other.insert(frames) //~ lifetime may not live long enough
}
