// SPDX-License-Identifier: GPL-2.0

//! A table comes from an entry that was looked at, not from where one might be.

use kernel::mm::pgtable::*;

pub fn child<'t>(table: Table<'t, Pud>, _slot: Slot<'t, Pud>) -> Slot<'t, Pmd> {
    Table::<Pud>::new(_slot).pmd() //~ E0624
}
