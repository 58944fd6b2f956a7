// SPDX-License-Identifier: GPL-2.0

//! The caller of a split looks at whether the leaf is still there.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(leaf: Special<'_, Pmd>, table: SpareTable<Pmd>, unmapped: Unmapped<'_, All>) -> Result {
    leaf.split(table, unmapped)?;
    Ok(())
}
