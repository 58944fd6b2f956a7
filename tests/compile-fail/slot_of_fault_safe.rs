// SPDX-License-Identifier: GPL-2.0

//! That C has found an entry is said by unsafe code.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef},
};

pub fn lock(ptr: *mut bindings::pmd_t, vma: &VmaRef) -> SlotGuard<'_, Pmd> {
    Slot::from_raw(ptr, vma.as_ptr(), vma.start()).lock() //~ E0133
}
