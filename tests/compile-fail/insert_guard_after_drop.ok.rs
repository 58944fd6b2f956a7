// SPDX-License-Identifier: GPL-2.0

//! A leaf that waits under the lock of its entry keeps its frames borrowed.

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
    let mut guard = unsafe { leaf.lock(pmd) };
    let installed = guard.install();
    drop(guard);
    drop(bar);
    Some(installed)
}
