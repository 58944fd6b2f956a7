// SPDX-License-Identifier: GPL-2.0

//! That C has found the PMD under which a PTE is locked is said by unsafe code.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

pub fn entry(vma: &VmaPfnMap, pmd: *mut bindings::pmd_t) -> FaultEntry<'_, Pte> {
    FaultEntry::from_raw(vma, vma.start(), pmd) //~ E0133
}
