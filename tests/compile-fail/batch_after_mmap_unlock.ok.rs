// SPDX-License-Identifier: GPL-2.0

//! A page-table lock is released before the mmap lock, which keeps its table, is.

use kernel::mm::{pgtable::pages::*, MmapReadGuard};

pub fn is_mapped(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let mut batch = PteBatch::lock(mmap.vma_lookup(address)?, address)?;
    let is_mapped = batch.normal().is_some();
    drop(batch);
    drop(mmap);
    Some(is_mapped)
}
