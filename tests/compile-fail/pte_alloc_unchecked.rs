// SPDX-License-Identifier: GPL-2.0

//! A PTE need not have a table, nor get one.

use kernel::{bindings, mm::pgtable::*};

pub fn is_empty(pmd: *mut bindings::pmd_t, page: &VmaBlock<'_, Pte>) -> Result<bool, NotLocked> {
    // SAFETY: The caller has found the entry for the page.
    let guard = unsafe { SlotGuard::alloc(pmd, page) };
    Ok(guard.vacant().is_some()) //~ E0599
}
