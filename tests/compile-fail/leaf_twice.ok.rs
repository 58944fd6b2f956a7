// SPDX-License-Identifier: GPL-2.0

//! A guard has one leaf at a time: what an entry owns is given away once.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn both(mut guard: LeafGuard<'_, Pte>, vma: &VmaRef) -> bool {
    let one = guard.leaf().into_normal(vma).is_some();
    let two = guard.leaf().into_normal(vma).is_some();
    one && two
}
