// SPDX-License-Identifier: GPL-2.0

//! A table takes the place of one leaf.

use kernel::mm::pgtable::*;

pub fn cut(
    first: Special<'_, Pmd>,
    second: Special<'_, Pmd>,
    table: SpareTable<Pmd>,
    place: &VmaBlock<'_, Pmd>,
) {
    let _ = first.split(table, place);
    let _ = second.split(table, place); //~ E0382
}
