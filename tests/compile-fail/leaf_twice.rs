// SPDX-License-Identifier: GPL-2.0

//! A guard has one leaf at a time: what an entry owns is given away once.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn both(mut guard: LeafGuard<'_, Pte>, vma: &VmaRef) -> bool {
    let (one, two) = (guard.leaf().into_normal(vma), guard.leaf().into_normal(vma)); //~ E0499
    one.is_some() && two.is_some()
}
