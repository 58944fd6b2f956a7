// SPDX-License-Identifier: GPL-2.0

//! A leaf may have no special bit, and be a folio's.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaf: Leaf<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Option<Result> {
    let leaf = leaf.into_special();
    Some(leaf.split(table, unmapped)) //~ E0599
}
