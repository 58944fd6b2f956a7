// SPDX-License-Identifier: GPL-2.0
// error: E0505

//! A table that was found under a lock is entered before the lock is released.

use kernel::mm::pgtable::*;

pub fn child_is_leaf(guard: SlotGuard<'_, Pud>) -> bool {
    let Entry::Table(table) = guard.entry() else {
        return false;
    };
    drop(guard);
    matches!(table.pmd().snapshot(), Snapshot::Leaf(_))
}
