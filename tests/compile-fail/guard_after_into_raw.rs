// SPDX-License-Identifier: GPL-2.0

//! A lock that was given to C, which may release it, is no longer ours to read under.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn give(guard: LeafGuard<'_, Pmd>, args: &mut follow_pfnmap_args) -> bool {
    guard.into_raw(args);
    !args.lock.is_null() && guard.writable() //~ E0382
}
