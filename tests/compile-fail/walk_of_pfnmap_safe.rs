// SPDX-License-Identifier: GPL-2.0

//! A walk from a raw pointer is unsafe: nothing shows that a lock is held.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn walk(vma: &VmaRef, address: usize) -> Option<Walk<'_>> {
    Walk::of_pfnmap(vma.as_ptr(), address) //~ E0133
}
