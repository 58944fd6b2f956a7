// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is used before the lock of its leaf is released.

use kernel::mm::pgtable::*;

pub fn is_frame(guard: LeafGuard<'_, Pmd>, raw: usize) -> bool {
    let pfn = guard.pfn();
    let same = pfn.as_raw() == raw;
    drop(guard);
    same
}
