// SPDX-License-Identifier: GPL-2.0
// error: E0599

//! Nobody goes down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub fn child(table: Table<'_, Pte>) -> Slot<'_, Pmd> {
    table.pmd()
}
