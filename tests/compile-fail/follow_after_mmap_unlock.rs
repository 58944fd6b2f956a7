// SPDX-License-Identifier: GPL-2.0

//! A lookup ends before the mmap lock is released.

use kernel::mm::{pfnmap::PfnmapGuard, MmapReadGuard};

pub fn writable(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let vma = mmap.vma_lookup(address)?;
    let mapping = PfnmapGuard::start(&mmap, vma, address).ok()?;
    let writable = mapping.writable();
    drop(mmap); //~ E0505
    drop(mapping);
    Some(writable)
}
