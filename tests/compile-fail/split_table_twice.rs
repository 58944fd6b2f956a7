// SPDX-License-Identifier: GPL-2.0

//! A table takes the place of one leaf.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaves: (Special<'_, Pmd>, Special<'_, Pmd>),
    table: SpareTable<Pmd>,
    _other: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Result {
    leaves.0.split(table, unmapped)?;
    leaves.1.split(table, unmapped) //~ E0382
}
