// SPDX-License-Identifier: GPL-2.0

//! An entry belongs to the fault that C has found it for: it is not put together.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

/// # Safety
///
/// `found` was found for `address`, which lies in `vma`.
pub unsafe fn entry(
    vma: &VmaPfnMap,
    address: usize,
    found: *mut bindings::pmd_t,
) -> FaultEntry<'_, Pmd> {
    // SAFETY: The contract of this function.
    unsafe { FaultEntry::from_raw(vma, address, found) }
}
