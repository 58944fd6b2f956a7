// SPDX-License-Identifier: GPL-2.0

//! A table is entered before the mmap lock, which keeps it, is released.

use kernel::mm::{pgtable::*, MmapReadGuard};

pub fn is_leaf(mmap: MmapReadGuard<'_>, address: usize) -> Option<bool> {
    let slot = Slot::find(mmap.vma_lookup(address)?, address)?;
    let Snapshot::Table(pmd) = slot.snapshot() else {
        return None;
    };
    drop(mmap); //~ E0505
    Some(matches!(pmd.snapshot(), Snapshot::Leaf(_)))
}
