// SPDX-License-Identifier: GPL-2.0

//! A walk does not start before its address was found inside the vma.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    let walk = Walk::new(vma, address);
    walk.pud() //~ E0599
}
