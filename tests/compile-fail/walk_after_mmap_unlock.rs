// SPDX-License-Identifier: GPL-2.0

//! A walk ends before the mmap lock is released.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn has_puds(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let walk = Walk::new(mmap.vma_lookup(address)?, address)?;
    drop(mmap); //~ E0505
    Some(walk.pud().is_some())
}
