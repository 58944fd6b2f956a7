// SPDX-License-Identifier: GPL-2.0

//! A fault that was served is not answered with an error.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Result<Done<'f>, FaultError> {
    fault.insert_block(frames)
}
