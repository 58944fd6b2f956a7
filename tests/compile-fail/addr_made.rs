// SPDX-License-Identifier: GPL-2.0

//! An address is one that was compared with a vma, not any number.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    let _addr = kernel::mm::pgtable::UserAddr::new(address);
    //~^ E0603
    //~^^ E0624
    Slot::find(vma, address)
}
