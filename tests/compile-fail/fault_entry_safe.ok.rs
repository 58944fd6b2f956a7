// SPDX-License-Identifier: GPL-2.0

//! That C has found the entry for a fault is said by unsafe code.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

/// # Safety
///
/// `pmd` was found for the start of `vma`.
pub unsafe fn entry(vma: &VmaPfnMap, pmd: *mut bindings::pmd_t) -> FaultEntry<'_, Pmd> {
    // SAFETY: The contract of this function.
    unsafe { FaultEntry::from_raw(vma, vma.start(), pmd) }
}
