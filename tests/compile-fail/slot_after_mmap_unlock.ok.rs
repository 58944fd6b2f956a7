// SPDX-License-Identifier: GPL-2.0

//! A slot is used before the mmap lock, which keeps its table, is released.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn is_leaf(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let slot = Slot::find(mmap.vma_lookup(address)?, address)?;
    let is_leaf = matches!(slot.snapshot(), Snapshot::Leaf(_));
    drop(mmap);
    Some(is_leaf)
}
