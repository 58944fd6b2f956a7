// SPDX-License-Identifier: GPL-2.0

//! There is no way down from an entry before a look at it.

use kernel::mm::pgtable::*;

pub fn child(slot: Slot<'_, Pud>) -> Option<Slot<'_, Pmd>> {
    let Snapshot::Table(pmd) = slot.snapshot() else {
        return None;
    };
    Some(pmd)
}
