// SPDX-License-Identifier: GPL-2.0

//! A PTE need not have a table, nor get one.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `pmd` points at the PMD for the block of the leaf.
pub unsafe fn is_installed(leaf: NewLeaf<'_, '_, Pte>, pmd: *mut bindings::pmd_t) -> Option<bool> {
    // SAFETY: The contract of this function.
    let mut guard = unsafe { leaf.alloc_and_lock(pmd) }.ok()?;
    Some(guard.install().is_ok())
}
