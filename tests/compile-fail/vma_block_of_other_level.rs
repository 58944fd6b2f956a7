// SPDX-License-Identifier: GPL-2.0

//! The block of one level is no place for another level's entry.

use kernel::{bindings, mm::pgtable::*};

pub fn slot<'v>(pmd: *mut bindings::pmd_t, page: &VmaBlock<'v, Pte>) -> Slot<'v, Pmd> {
    // SAFETY: The caller has found the entry for the block.
    unsafe { Slot::from_raw(pmd, page) } //~ E0308
}
