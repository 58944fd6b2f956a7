// SPDX-License-Identifier: GPL-2.0

//! A vma that may not map frames has no place for them.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*, virt::VmaRef},
};

/// # Safety
///
/// `pmd` was found for the start of `vma`.
pub unsafe fn entry(vma: &VmaRef, pmd: *mut bindings::pmd_t) -> FaultEntry<'_, Pmd> {
    // SAFETY: The contract of this function.
    unsafe { FaultEntry::from_raw(vma, vma.start(), pmd) } //~ E0308
}
