// SPDX-License-Identifier: GPL-2.0

//! A slot comes from a vma that was looked at: one of hugetlb has none.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn slot(_vma: &VmaRef, address: usize) -> Option<Slot<'_, Pud>> {
    Slot::inside(_vma.into(), address) //~ E0624
}
