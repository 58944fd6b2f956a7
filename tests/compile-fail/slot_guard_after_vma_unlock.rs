// SPDX-License-Identifier: GPL-2.0

//! The lock of an entry is released before the lock of its vma.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef, MmapReadGuard},
};

pub fn is_empty(
    mmap: MmapReadGuard<'_>,
    address: usize,
    pmd: *mut bindings::pmd_t,
) -> Option<bool> {
    let vma = mmap.vma_lookup(address).and_then(VmaRef::as_pfnmap_vma)?;
    // SAFETY: The caller has found the entry for the block.
    let slot = unsafe { Slot::<Pmd>::from_raw(pmd, &vma.block(address)?) };
    drop(mmap); //~ E0505
    Some(slot.lock().vacant().is_some())
}
