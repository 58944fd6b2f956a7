// SPDX-License-Identifier: GPL-2.0

//! A slot comes from a vma, not from a pointer.

use kernel::{
    bindings::*,
    mm::{pgtable::*, virt::VmaRef},
};

pub type Raw = *mut vm_area_struct;

pub fn slot(vma: &VmaRef, _raw: Raw, address: usize) -> Option<Slot<'_, Pud>> {
    Slot::find(vma, address)
}
