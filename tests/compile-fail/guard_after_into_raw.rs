// SPDX-License-Identifier: GPL-2.0

//! A lock that was given to C, which may release it, is no longer ours to read under.

use kernel::{bindings::follow_pfnmap_args, mm::pgtable::*};

pub fn give(mut guard: SlotGuard<'_, Pmd>, args: &mut follow_pfnmap_args) -> bool {
    let given = guard.into_raw(args).is_ok();
    given && matches!(guard.entry(), Entry::Leaf(_)) //~ E0382
}
