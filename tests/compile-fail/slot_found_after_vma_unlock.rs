// SPDX-License-Identifier: GPL-2.0

//! A slot is used before the vma lock is released.

use kernel::mm::{pgtable::*, VmaReadGuard};

pub fn is_leaf(vma: VmaReadGuard<'_>, address: usize) -> Option<bool> {
    let slot = Slot::find(&vma, address)?;
    drop(vma); //~ E0505
    Some(matches!(slot.snapshot(), Snapshot::Leaf(_)))
}
