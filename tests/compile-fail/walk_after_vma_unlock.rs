// SPDX-License-Identifier: GPL-2.0

//! A walk ends before the vma lock is released.

use kernel::mm::{pgtable::*, VmaReadGuard};

pub fn has_puds(vma: VmaReadGuard<'_>, address: usize) -> Option<bool> {
    let walk = Walk::new(&vma, address)?;
    drop(vma); //~ E0505
    Some(walk.pud().is_some())
}
