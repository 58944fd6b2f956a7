// SPDX-License-Identifier: GPL-2.0

//! Releasing what was given to C is unsafe: nothing shows that it is still held.

use kernel::mm::pgtable::*;

pub fn unlock(guard: LeafGuard<'_, Pte>) {
    let (ptl, ptep) = guard.into_raw();
    // SAFETY: Both pointers come from the guard.
    unsafe { unlock_raw(ptl, ptep) };
}
