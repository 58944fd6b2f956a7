// SPDX-License-Identifier: GPL-2.0

//! A match on what C gets instead of a leaf says what happens where it is gone.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn give(guard: SlotGuard<'_, Pud>, args: &mut follow_pfnmap_args) -> Option<bool> {
    match guard.into_raw(args) {
        Ok(()) => Some(args.writable),
        Err(NotLeaf::Gone | NotLeaf::BecameTable) => None,
    }
}
