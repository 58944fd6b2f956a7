// SPDX-License-Identifier: GPL-2.0

//! A copy of a slot is bound to the mmap lock as the slot is.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn is_leaf(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let slot = Slot::find(mmap.vma_lookup(address)?, address)?;
    let copy = slot.clone();
    let _ = slot.snapshot();
    let is_leaf = matches!(copy.snapshot(), Snapshot::Leaf(_));
    drop(mmap);
    Some(is_leaf)
}
