// SPDX-License-Identifier: GPL-2.0

//! That C has found an entry is said by unsafe code.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef},
};

/// # Safety
///
/// `ptr` points at the entry for the start of `vma`.
pub unsafe fn lock(ptr: *mut bindings::pmd_t, vma: &VmaRef) -> SlotGuard<'_, Pmd> {
    // SAFETY: The contract of this function; the vma is locked.
    unsafe { Slot::from_raw(ptr, vma.as_ptr(), vma.start()) }.lock()
}
