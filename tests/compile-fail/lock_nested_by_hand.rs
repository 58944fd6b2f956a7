// SPDX-License-Identifier: GPL-2.0

//! Past the types, the second lock is taken by unsafe code alone.

use kernel::{bindings, mm::pgtable::*};

pub fn lock<L: HugeLevel>(
    mm: *mut bindings::mm_struct,
    ptr: *mut L::Raw,
) -> *mut bindings::spinlock_t {
    L::lock_nested(mm, ptr) //~ E0133
}
