// SPDX-License-Identifier: GPL-2.0
// error: E0505

//! What an entry says is used before its lock is released.

use kernel::mm::pgtable::*;

pub fn is_leaf(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let entry = guard.entry();
    drop(guard);
    matches!(entry, Entry::Leaf(_))
}
