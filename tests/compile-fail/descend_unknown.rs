// SPDX-License-Identifier: GPL-2.0

//! Nobody goes down from an entry that nobody has looked at.

use kernel::mm::pgtable::*;

pub fn child(slot: Slot<'_, Pud>) -> Option<Slot<'_, Pmd>> {
    let table = slot;
    Some(table.pmd()) //~ E0599
}
