// SPDX-License-Identifier: GPL-2.0

//! A table of PTEs may be taken away before it is locked.

use kernel::mm::pgtable::*;

pub fn is_leaf(slot: Slot<'_, Pmd>) -> bool {
    let Some(mut guard) = slot.lock_pte() else {
        return false;
    };
    matches!(guard.entry(), Entry::Leaf(_))
}
