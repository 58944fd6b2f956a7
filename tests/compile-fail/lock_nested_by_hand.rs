// SPDX-License-Identifier: GPL-2.0

//! Past the types, no second lock is taken, not even by unsafe code.

use kernel::{bindings, mm::pgtable::*, prelude::*};

/// # Safety
///
/// `_ptr` points at an entry of `_mm`.
pub unsafe fn copy<L: HugeLevel>(
    slots: ForkSlots<'_, L>,
    (_mm, _ptr): (*mut bindings::mm_struct, *mut L::Raw),
) -> Result {
    // SAFETY: The contract of this function.
    let _ptl = unsafe { L::lock_nested(_mm, _ptr) }; //~ E0624
    slots.copy()
}
