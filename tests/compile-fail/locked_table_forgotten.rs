// SPDX-License-Identifier: GPL-2.0

//! Who locks a leaf says what happens where it became a table.

use kernel::mm::pgtable::*;

pub fn writable(slot: Slot<'_, Pud>) -> Option<bool> {
    match slot.lock_leaf() {
        //~^ E0004
        Locked::Leaf(mut guard) => Some(guard.leaf().writable()),
        Locked::Gone => None,
    }
}
