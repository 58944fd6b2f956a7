// SPDX-License-Identifier: GPL-2.0

//! A vma is one for frames while its lock is held.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn starts_with_block(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    // SAFETY: The vma was set up.
    let vma = unsafe { mmap.vma_lookup(address)?.as_pfnmap_vma() }?;
    let starts = vma.block::<Pmd>(vma.start()).is_some();
    drop(mmap);
    Some(starts)
}
