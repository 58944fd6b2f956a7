// SPDX-License-Identifier: GPL-2.0

//! That C has found the PMD under which a PTE is locked is said by unsafe code.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `pmd` points at the PMD for the block of the leaf.
pub unsafe fn lock<'v, 'd>(
    leaf: NewLeaf<'v, 'd, Pte>,
    pmd: *mut bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pte>, NotLocked> {
    // SAFETY: The contract of this function.
    unsafe { leaf.alloc_and_lock(pmd) }
}
