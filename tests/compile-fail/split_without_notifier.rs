// SPDX-License-Identifier: GPL-2.0

//! A leaf is split after secondary MMUs were told to let go of it.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(leaf: Special<'_, Pmd>, table: SpareTable<Pmd>, _unmapped: Unmapped<'_, All>) -> Result {
    leaf.split(table) //~ E0061
}
