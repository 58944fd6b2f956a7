// SPDX-License-Identifier: GPL-2.0

//! A leaf is split after every secondary MMU has let go of it, that of an owner too.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaf: Special<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, Others>,
) -> Result {
    leaf.split(table, unmapped) //~ E0308
}
