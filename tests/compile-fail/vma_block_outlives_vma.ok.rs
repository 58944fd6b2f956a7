// SPDX-License-Identifier: GPL-2.0

//! A block of addresses ends before the lock of its vma is released.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn page_of_file(mmap: MmapReadGuard<'_>, address: usize) -> Option<usize> {
    // SAFETY: The vma was set up.
    let vma = unsafe { mmap.vma_lookup(address)?.as_pfnmap_vma() }?;
    let block = vma.block::<Pmd>(address)?;
    let page = block.pgoff();
    drop(mmap);
    Some(page)
}
