// SPDX-License-Identifier: GPL-2.0

//! There is no way down from a snapshot of a leaf as if it were a table.

use kernel::mm::pgtable::*;

pub fn child(slot: Slot<'_, Pud>) -> Option<Slot<'_, Pmd>> {
    match slot.snapshot() {
        Snapshot::Leaf(pmd) => Some(pmd), //~ E0308
        _ => None,
    }
}
