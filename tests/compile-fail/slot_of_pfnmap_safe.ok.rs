// SPDX-License-Identifier: GPL-2.0

//! A slot from a raw pointer is unsafe: nothing shows that a lock is held.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    // SAFETY: `vma` is borrowed from its lock while the slot is used.
    unsafe { Slot::of_pfnmap(vma.as_ptr(), address) }
}
