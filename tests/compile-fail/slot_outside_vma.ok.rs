// SPDX-License-Identifier: GPL-2.0

//! There is no slot before its address was found inside the vma.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn is_leaf(vma: &VmaRef, address: usize) -> Option<bool> {
    let slot = Slot::find(vma, address)?;
    Some(matches!(slot.snapshot(), Snapshot::Leaf(_)))
}
