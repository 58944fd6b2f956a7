// SPDX-License-Identifier: GPL-2.0

//! A match on what locking a leaf has found says what happens where it is gone.

use kernel::mm::pgtable::*;

pub fn writable(slot: Slot<'_, Pud>) -> Option<bool> {
    match slot.lock().into_leaf() {
        //~^ E0004
        Locked::Leaf(guard) => Some(guard.writable()),
        Locked::BecameTable => None,
    }
}
