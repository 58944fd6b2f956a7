// SPDX-License-Identifier: GPL-2.0

//! A lock that was given to C, which may release it, is no longer ours to read under.

use kernel::mm::pgtable::*;

pub fn give(guard: LeafGuard<'_, Pmd>) -> bool {
    let (ptl, _) = guard.into_raw();
    !ptl.is_null() && guard.writable() //~ E0382
}
