// SPDX-License-Identifier: GPL-2.0

//! A fault is served by frames of its own level.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: DeviceBlock<'_, Pte>,
) -> Result<Done<'f>, FaultError> {
    fault.insert_block(frames) //~ E0308
}
