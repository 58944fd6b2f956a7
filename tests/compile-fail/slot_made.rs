// SPDX-License-Identifier: GPL-2.0

//! A slot comes from a vma that was looked at: one of hugetlb has none.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(_vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    let vma = kernel::mm::pgtable::KeptVma::of(_vma)?;
    //~^ E0603
    //~^^ E0624
    Slot::inside(vma, address) //~ E0624
}
