// SPDX-License-Identifier: GPL-2.0

//! What a leaf says is used before its lock is released.

use kernel::mm::pgtable::*;

pub fn writable(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let Entry::Leaf(leaf) = guard.entry() else {
        return false;
    };
    let writable = leaf.writable();
    drop(guard);
    writable
}
