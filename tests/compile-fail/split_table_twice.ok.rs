// SPDX-License-Identifier: GPL-2.0

//! A table takes the place of one leaf.

use kernel::mm::pgtable::*;

pub fn cut(
    first: Special<'_, Pmd>,
    second: Special<'_, Pmd>,
    tables: (SpareTable<Pmd>, SpareTable<Pmd>),
    place: &VmaBlock<'_, Pmd>,
) {
    let _ = first.split(tables.0, place);
    let _ = second.split(tables.1, place);
}
