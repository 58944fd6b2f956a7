// SPDX-License-Identifier: GPL-2.0

//! A driver maps frames that it has vouched for, not numbers.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Result<Done<'f>, FaultError> {
    fault.insert_block(frames)
}
