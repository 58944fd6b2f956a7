// SPDX-License-Identifier: GPL-2.0

//! A block of addresses ends before the lock of its vma is released.

use kernel::mm::{pgtable::*, virt::VmaRef, MmapReadGuard};

pub fn page_of_file(mmap: MmapReadGuard<'_>, address: usize) -> Option<usize> {
    let vma = mmap.vma_lookup(address).and_then(VmaRef::as_pfnmap_vma)?;
    let block = vma.block::<Pmd>(address)?;
    drop(mmap); //~ E0505
    Some(block.pgoff())
}
