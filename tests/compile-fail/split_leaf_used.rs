// SPDX-License-Identifier: GPL-2.0

//! What was split is no leaf any more.

use kernel::mm::pgtable::*;

pub fn cut(leaf: Special<'_, Pmd>, table: SpareTable<Pmd>, place: &VmaBlock<'_, Pmd>) -> bool {
    let _ = leaf.split(table, place);
    leaf.writable() //~ E0382
}
