// SPDX-License-Identifier: GPL-2.0

//! The block around a fault need not lie inside the vma.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    let page = fault.block().ok_or(FaultError::Fallback)?.pgoff();
    fault.insert_block(bar.block(page).ok_or(FaultError::Fallback)?)
}
