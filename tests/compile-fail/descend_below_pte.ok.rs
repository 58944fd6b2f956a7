// SPDX-License-Identifier: GPL-2.0

//! Nobody goes down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub fn child(table: Table<'_, Pud>) -> Slot<'_, Pmd> {
    table.pmd()
}
