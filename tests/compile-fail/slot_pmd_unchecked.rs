// SPDX-License-Identifier: GPL-2.0

//! A PMD is found from a PUD that was read, not from any.

use kernel::mm::pgtable::*;

pub fn child(slot: Slot<'_, Pud>) -> Option<Slot<'_, Pmd>> {
    Some(kernel::mm::pgtable::slot::TableSlot(slot).down())
    //~^ E0603
    //~^^ E0624
}
