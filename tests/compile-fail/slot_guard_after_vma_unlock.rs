// SPDX-License-Identifier: GPL-2.0

//! The lock of an entry is released before the lock of its vma.

use kernel::{
    bindings,
    mm::{fault::*, pgtable::*, MmapReadGuard},
};

pub fn map(
    mmap: MmapReadGuard<'_>,
    address: usize,
    pmd: *mut bindings::pmd_t,
    frames: DeviceBlock<'_, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    // SAFETY: The vma was set up.
    let vma = unsafe { mmap.vma_lookup(address)?.as_pfnmap_vma() }?;
    let leaf = vma.block(address)?.leaf(frames, Access::Read)?;
    // SAFETY: The caller has found the entry for the block.
    let mut guard = unsafe { leaf.lock(pmd) };
    drop(mmap); //~ E0505
    let installed = guard.install();
    Some(installed)
}
