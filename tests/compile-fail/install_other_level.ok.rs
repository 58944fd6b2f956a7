// SPDX-License-Identifier: GPL-2.0

//! The leaf of one level does not fit into the entry of another.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `ptr` points at the entry for the block of the leaf.
pub unsafe fn map(
    leaf: NewLeaf<'_, '_, Pmd>,
    ptr: *mut bindings::pmd_t,
) -> Result<(), NotInstalled> {
    // SAFETY: The contract of this function.
    unsafe { leaf.lock(ptr) }.install()
}
