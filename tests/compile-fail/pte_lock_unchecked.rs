// SPDX-License-Identifier: GPL-2.0

//! A table of PTEs may be taken away before it is locked.

use kernel::mm::pgtable::*;

pub fn is_leaf(slot: Slot<'_, Pmd>) -> bool {
    let mut guard = slot.lock_pte();
    matches!(guard.entry(), Entry::Leaf(_)) //~ E0599
}
