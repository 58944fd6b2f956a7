// SPDX-License-Identifier: GPL-2.0

//! Releasing what was given to C is unsafe: nothing shows that it is still held.

use kernel::mm::pgtable::*;

pub fn unlock(guard: LeafGuard<'_, Pmd>) {
    let (ptl, _) = guard.into_raw();
    unlock_raw(ptl); //~ E0133
}
