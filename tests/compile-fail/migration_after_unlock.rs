// SPDX-License-Identifier: GPL-2.0

//! What was cleared is flushed before the lock of the table is released.

use kernel::mm::{folio::*, pgtable::*, virt::VmaRef};

pub fn collect<'v>(mut guard: SlotGuard<'v, Pte>, vma: &'v VmaRef, folio: LockedFolio) {
    if let Entry::Leaf(leaf) = guard.entry() {
        if let Some(leaf) = leaf.into_normal(vma) {
            let mut run = ClearedRun::new();
            run.push(leaf, folio);
            drop(guard); //~ E0505
            run.flush(|_page| {});
        }
    }
}
