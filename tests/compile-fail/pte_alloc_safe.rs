// SPDX-License-Identifier: GPL-2.0

//! The PMD under which a PTE is locked is taken on C's word alone.

use kernel::{bindings, mm::pgtable::*};

pub fn is_empty(pmd: *mut bindings::pmd_t, page: &VmaBlock<'_, Pte>) -> Result<bool, NotLocked> {
    let guard = SlotGuard::alloc(pmd, page); //~ E0133
    Ok(guard?.vacant().is_some())
}
