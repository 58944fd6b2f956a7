// SPDX-License-Identifier: GPL-2.0

//! An entry that fork works on is taken on C's word alone.

use kernel::{bindings, mm::pgtable::*};

pub fn is_empty(ptr: *mut bindings::pmd_t, mm: *mut bindings::mm_struct, addr: usize) -> bool {
    // SAFETY: The caller is fork, and keeps the tables.
    let slot = unsafe { Slot::<Pmd>::of_fork(ptr, mm, addr) };
    matches!(slot.snapshot(), Snapshot::Vacant(_))
}
