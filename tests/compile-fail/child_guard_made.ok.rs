// SPDX-License-Identifier: GPL-2.0

//! The lock of a child's entry is that of fork, not any lock declared to be it.

use kernel::mm::pgtable::*;

pub fn child(slot: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) {
    let (_child, _parent) = slot.lock_with(parent);
}
