// SPDX-License-Identifier: GPL-2.0

//! The entry of a fault is mapped before the lock of its vma is released.

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
) -> Option<Result<(), NotInserted>> {
    // SAFETY: The vma was set up.
    let vma = unsafe { mmap.vma_lookup(address)?.as_pfnmap_vma() }?;
    // SAFETY: The contract of this function.
    let entry = unsafe { FaultEntry::from_raw(vma, address, pmd) };
    let inserted = entry.insert(frames, Access::Read);
    drop(mmap);
    Some(inserted)
}
