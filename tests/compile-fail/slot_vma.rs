// SPDX-License-Identifier: GPL-2.0

//! An entry gives no vma: a zap holds the lock of its file, and none of the vma.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef},
};

pub fn lock(slot: Slot<'_, Pmd>, _vma: &VmaRef) -> (*mut bindings::vm_area_struct, bool) {
    let mut guard = slot.lock();
    let vma = guard.slot().vma(); //~ E0624
    (vma, matches!(guard.entry(), Entry::Leaf(_)))
}
