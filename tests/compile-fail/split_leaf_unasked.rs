// SPDX-License-Identifier: GPL-2.0

//! A leaf that may own a reference is not split by who knows nothing of folios.

use kernel::mm::pgtable::*;

pub fn cut(leaf: Leaf<'_, Pmd>, table: SpareTable<Pmd>, place: &VmaBlock<'_, Pmd>) {
    let _ = leaf.split(table, place); //~ E0599
}
