// SPDX-License-Identifier: GPL-2.0

//! A fault is not served before something is mapped for it.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Result<Done<'f>, FaultError> {
    match fault.access() {
        Access::Read => fault.insert_block(frames),
        Access::Write => Err(FaultError::Sigbus),
    }
}
