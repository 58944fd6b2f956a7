// SPDX-License-Identifier: GPL-2.0

//! A lock is kept while what was read under it is used, not for one expression.

use kernel::mm::pgtable::*;

pub fn is_leaf(slot: Slot<'_, Pmd>) -> bool {
    let mut guard = slot.lock();
    let entry = guard.entry();
    matches!(entry, Entry::Leaf(_))
}
