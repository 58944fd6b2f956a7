// SPDX-License-Identifier: GPL-2.0

//! A vma that may not map frames has no place for them.

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
