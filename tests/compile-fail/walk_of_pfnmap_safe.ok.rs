// SPDX-License-Identifier: GPL-2.0

//! A walk from a raw pointer is unsafe: nothing shows that a lock is held.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn walk(vma: &VmaRef, address: usize) -> Option<Walk<'_>> {
    // SAFETY: `vma` is borrowed from its lock while the walk lasts.
    unsafe { Walk::of_pfnmap(vma.as_ptr(), address) }
}
