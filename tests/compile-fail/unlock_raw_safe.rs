// SPDX-License-Identifier: GPL-2.0

//! Releasing what was given to C is unsafe: nothing shows that it is still held.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn unlock(guard: SlotGuard<'_, Pmd>, args: &mut follow_pfnmap_args) {
    if guard.into_raw(args).is_ok() {
        unlock_raw(args); //~ E0133
    }
}
