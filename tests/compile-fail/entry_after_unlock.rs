// SPDX-License-Identifier: GPL-2.0

//! What an entry says is used before its lock is released.

use kernel::mm::pgtable::*;

pub fn is_leaf(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let entry = guard.entry();
    drop(guard); //~ E0505
    matches!(entry, Entry::Leaf(_))
}
