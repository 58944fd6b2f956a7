// SPDX-License-Identifier: GPL-2.0

//! Releasing what was given to C is unsafe: nothing shows that it is still held.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn unlock(guard: SlotGuard<'_, Pmd>, args: &mut follow_pfnmap_args) {
    if guard.into_raw(args).is_ok() {
        // SAFETY: The lock comes from the guard; at this level no PTE is mapped.
        unsafe { unlock_raw(args) };
    }
}
