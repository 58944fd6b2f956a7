// SPDX-License-Identifier: GPL-2.0

//! An entry that C has found is taken on its word alone.

use kernel::{bindings, mm::pgtable::*};

pub fn lock<'v>(ptr: *mut bindings::pmd_t, place: &VmaBlock<'v, Pmd>) -> SlotGuard<'v, Pmd> {
    Slot::from_raw(ptr, place).lock() //~ E0133
}
