// SPDX-License-Identifier: GPL-2.0

//! The lock of one entry is not used to install the leaf of another.

use kernel::{bindings, mm::pgtable::*};

/// # Safety
///
/// `_pmd` points at the entry for the block of the leaf.
pub unsafe fn map<'v>(
    leaf: NewLeaf<'v, '_, Pmd>,
    _pmd: *mut bindings::pmd_t,
    _slot: Slot<'v, Pmd>,
) -> Result<(), NotInstalled> {
    // SAFETY: The contract of this function.
    let mut guard = unsafe { leaf.lock(_pmd) };
    guard.install()
}
