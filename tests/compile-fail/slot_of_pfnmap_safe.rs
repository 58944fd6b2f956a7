// SPDX-License-Identifier: GPL-2.0

//! A slot from a raw pointer is unsafe: nothing shows that a lock is held.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    Slot::of_pfnmap(vma.as_ptr(), address) //~ E0133
}
