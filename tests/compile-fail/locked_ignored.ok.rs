// SPDX-License-Identifier: GPL-2.0

//! The caller that gives a leaf to C looks at whether it was one.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn give(guard: SlotGuard<'_, Pmd>, args: &mut follow_pfnmap_args) -> bool {
    guard.into_raw(args).is_ok()
}
