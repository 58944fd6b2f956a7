// SPDX-License-Identifier: GPL-2.0

//! The lock of an entry is released before the lock of its vma.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*, MmapReadGuard},
};

/// # Safety
///
/// `pmd` was found for `address`.
pub unsafe fn map(
    mmap: MmapReadGuard<'_>,
    address: usize,
    pmd: *mut bindings::pmd_t,
    frames: DeviceBlock<'_, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    // SAFETY: The vma was set up.
    let vma = unsafe { mmap.vma_lookup(address)?.as_pfnmap_vma() }?;
    // SAFETY: The contract of this function.
    let entry = unsafe { FaultEntry::from_raw(vma, address, pmd) };
    let mut guard = entry.lock(frames, Access::Read).ok()?;
    drop(mmap); //~ E0505
    let installed = guard.install();
    Some(installed)
}
