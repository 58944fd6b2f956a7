// SPDX-License-Identifier: GPL-2.0

//! The leaf of one level does not fit into the entry of another.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

/// # Safety
///
/// `ptr` was found for `address`, which lies in `vma`.
pub unsafe fn entry(
    vma: &VmaPfnMap,
    address: usize,
    ptr: *mut bindings::pud_t,
) -> FaultEntry<'_, Pmd> {
    // SAFETY: The contract of this function.
    unsafe { FaultEntry::from_raw(vma, address, ptr) } //~ E0271
}
