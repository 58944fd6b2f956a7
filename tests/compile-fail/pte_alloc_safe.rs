// SPDX-License-Identifier: GPL-2.0

//! That C has found the PMD under which a PTE is locked is said by unsafe code.

use kernel::{bindings, mm::pgtable::*};

pub fn lock<'v, 'd>(
    leaf: NewLeaf<'v, 'd, Pte>,
    pmd: *mut bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pte>, NotLocked> {
    leaf.alloc_and_lock(pmd) //~ E0133
}
