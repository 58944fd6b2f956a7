// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed before the driver gives its frames up.

use kernel::{
    bindings,
    mm::{fault::*, pgtable::*},
};

/// # Safety
///
/// `pmd` points at the entry for the block.
pub unsafe fn map(
    place: VmaBlock<'_, Pmd>,
    bar: DeviceFrames,
    pmd: *mut bindings::pmd_t,
) -> Option<Result<(), NotInstalled>> {
    let leaf = place.leaf(bar.block(0)?, Access::Read)?;
    // SAFETY: The contract of this function.
    let installed = unsafe { leaf.lock(pmd) }.install();
    drop(bar);
    Some(installed)
}
