// SPDX-License-Identifier: GPL-2.0
// error: E0505

//! A mapped frame is used before the lock of its leaf is released.

use kernel::mm::pgtable::*;

pub fn is_frame(mut guard: LeafGuard<'_, Pmd>, raw: usize) -> bool {
    let pfn = guard.leaf().pfn();
    drop(guard);
    pfn.as_raw() == raw
}
