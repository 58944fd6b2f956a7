// SPDX-License-Identifier: GPL-2.0

//! A slot is used before the vma lock is released.

use kernel::mm::{pgtable::*, VmaReadGuard};

pub fn is_leaf(vma: VmaReadGuard<'_>, address: usize) -> Option<bool> {
    let slot = Slot::find(&vma, address)?;
    let is_leaf = matches!(slot.snapshot(), Snapshot::Leaf(_));
    drop(vma);
    Some(is_leaf)
}
