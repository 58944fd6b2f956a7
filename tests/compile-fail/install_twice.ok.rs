// SPDX-License-Identifier: GPL-2.0

//! One leaf is put into one entry.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `pmd` points at the entry for the block of the leaf, and `_other` at another.
pub unsafe fn map(
    leaf: NewLeaf<'_, '_, Pmd>,
    pmd: *mut bindings::pmd_t,
    _other: *mut bindings::pmd_t,
) -> Result<(), NotInstalled> {
    // SAFETY: The contract of this function.
    unsafe { leaf.lock(pmd) }.install()?;
    Ok(())
}
