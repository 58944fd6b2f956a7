// SPDX-License-Identifier: GPL-2.0

//! Nobody goes down from a leaf as if it were a table.

use kernel::mm::pgtable::*;

pub fn child<'g>(guard: &'g SlotGuard<'_, Pud>) -> Option<Slot<'g, Pmd>> {
    match guard.entry() {
        Entry::Table(table) => Some(table.pmd()),
        _ => None,
    }
}
