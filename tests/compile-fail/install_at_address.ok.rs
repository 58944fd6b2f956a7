// SPDX-License-Identifier: GPL-2.0

//! An address alone is no place: it may lie outside of any vma for frames.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

/// # Safety
///
/// `pmd` was found for `address`, which lies in `_vma`.
pub unsafe fn entry(
    _vma: &VmaPfnMap,
    address: usize,
    pmd: *mut bindings::pmd_t,
) -> FaultEntry<'_, Pmd> {
    // SAFETY: The contract of this function.
    unsafe { FaultEntry::from_raw(_vma, address, pmd) }
}
