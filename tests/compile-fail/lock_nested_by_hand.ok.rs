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
    slots.copy()
}
