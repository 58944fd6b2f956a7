// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count is not mapped as a frame.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pte>, frames: DeviceBlock<Pte>) -> Result<Done<'f>, FaultError> {
    fault.insert(frames)
}
