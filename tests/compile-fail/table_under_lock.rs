// SPDX-License-Identifier: GPL-2.0

//! No table is entered with a lock held that may be the table's own.

use kernel::mm::pgtable::*;

pub fn child_is_leaf(slot: Slot<'_, Pud>) -> bool {
    match slot.lock().entry() {
        Entry::Table(pmd) => matches!(pmd.snapshot(), Snapshot::Leaf(_)), //~ E0532
        _ => false,
    }
}
