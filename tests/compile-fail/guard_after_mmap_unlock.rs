// SPDX-License-Identifier: GPL-2.0

//! A page-table lock is released before the mmap lock, which keeps its table, is.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn is_leaf(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let mut guard = Slot::find(mmap.vma_lookup(address)?, address)?.lock();
    let is_leaf = matches!(guard.entry(), Entry::Leaf(_));
    drop(mmap); //~ E0505
    drop(guard);
    Some(is_leaf)
}
