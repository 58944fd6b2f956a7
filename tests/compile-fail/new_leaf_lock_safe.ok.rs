// SPDX-License-Identifier: GPL-2.0

//! That C has found the entry for a leaf is said by unsafe code.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `pmd` points at the entry for the block of the leaf.
pub unsafe fn map(
    leaf: NewLeaf<'_, '_, Pmd>,
    pmd: *mut bindings::pmd_t,
) -> Result<(), NotInstalled> {
    // SAFETY: The contract of this function.
    unsafe { leaf.lock(pmd) }.install()
}
