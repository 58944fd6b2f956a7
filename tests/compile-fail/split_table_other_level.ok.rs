// SPDX-License-Identifier: GPL-2.0

//! The table for a leaf of one level is no table for one of another.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut<L: HugeLevel>(
    leaf: Special<'_, L>,
    table: SpareTable<L>,
    unmapped: Unmapped<'_, All>,
) -> Result {
    leaf.split(table, unmapped)
}
