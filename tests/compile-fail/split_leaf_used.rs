// SPDX-License-Identifier: GPL-2.0

//! What was split is no leaf any more.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaf: Special<'_, Pmd>,
    table: SpareTable<Pmd>,
    _other: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Result {
    leaf.split(table, unmapped)?;
    leaf.split(_other, unmapped) //~ E0382
}
