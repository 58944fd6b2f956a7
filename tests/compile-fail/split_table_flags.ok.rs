// SPDX-License-Identifier: GPL-2.0

//! A table is allocated as a table may be, and charged.

use kernel::mm::pgtable::*;

pub fn table(slot: &Slot<'_, Pmd>) -> Option<SpareTable<Pmd>> {
    SpareTable::new_nowait(slot).ok()
}
