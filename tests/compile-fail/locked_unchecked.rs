// SPDX-License-Identifier: GPL-2.0

//! What locking a leaf returns is not yet a leaf.

use kernel::mm::pgtable::*;

pub fn writable(slot: Slot<'_, Pud>) -> bool {
    let guard = slot.lock().into_leaf();
    guard.writable() //~ E0599
}
