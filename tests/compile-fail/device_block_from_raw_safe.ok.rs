// SPDX-License-Identifier: GPL-2.0

//! That user space may access a block of frames is said by unsafe code.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

/// # Safety
///
/// As for `DeviceBlock::from_raw()`.
pub unsafe fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: PfnBlock<Pmd>,
) -> Result<Done<'f>, FaultError> {
    // SAFETY: The contract of this function.
    fault.insert_block(unsafe { DeviceBlock::from_raw(frames) })
}
