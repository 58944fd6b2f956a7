// SPDX-License-Identifier: GPL-2.0

//! What an entry says is used before its lock is released.

use kernel::mm::pgtable::*;

pub fn is_leaf(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let entry = guard.entry();
    let is_leaf = matches!(entry, Entry::Leaf(_));
    drop(guard);
    is_leaf
}
