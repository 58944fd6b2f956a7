// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed under the lock of its entry.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `_pmd` points at the entry for the block of the leaf.
pub unsafe fn map(
    leaf: NewLeaf<'_, '_, Pmd>,
    _pmd: *mut bindings::pmd_t,
) -> Result<(), NotInstalled> {
    // SAFETY: The contract of this function.
    unsafe { leaf.lock(_pmd) }.install()
}
