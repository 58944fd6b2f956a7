// SPDX-License-Identifier: GPL-2.0

//! A table that was found under a lock is entered before the lock is released.

use kernel::mm::pgtable::*;

pub fn child_is_leaf(guard: SlotGuard<'_, Pud>) -> bool {
    let Entry::Table(table) = guard.entry() else {
        return false;
    };
    let is_leaf = matches!(table.pmd().snapshot(), Snapshot::Leaf(_));
    drop(guard);
    is_leaf
}
