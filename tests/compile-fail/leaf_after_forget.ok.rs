// SPDX-License-Identifier: GPL-2.0

//! What a leaf says is not used after its guard was forgotten: the tables may be freed.

use kernel::mm::pgtable::*;

pub fn writable(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let Entry::Leaf(leaf) = guard.entry() else {
        return false;
    };
    let writable = leaf.writable();
    core::mem::forget(guard);
    writable
}
