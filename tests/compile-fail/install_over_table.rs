// SPDX-License-Identifier: GPL-2.0

//! A table is not overwritten: what is mapped below it would be lost.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    match guard.entry() {
        Entry::Table(table) => table.install(leaf, place), //~ E0532
        _ => {}
    }
}
