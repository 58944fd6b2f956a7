// SPDX-License-Identifier: GPL-2.0

//! A lock is kept while what was read under it is used, not for one expression.

use kernel::mm::pgtable::*;

pub fn is_leaf(slot: Slot<'_, Pmd>) -> bool {
    let entry = slot.lock().entry(); //~ E0716
    matches!(entry, Entry::Leaf(_))
}
