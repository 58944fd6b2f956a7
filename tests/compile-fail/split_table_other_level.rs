// SPDX-License-Identifier: GPL-2.0

//! The table for a leaf of one level is no table for one of another.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut<L: HugeLevel, M: HugeLevel>(
    leaf: Special<'_, L>,
    table: SpareTable<M>,
    unmapped: Unmapped<'_, All>,
) -> Result {
    leaf.split(table, unmapped) //~ E0308
}
