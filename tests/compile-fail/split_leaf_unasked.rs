// SPDX-License-Identifier: GPL-2.0

//! A leaf that may own a reference is not split by code that knows nothing of folios.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    leaf: Leaf<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Option<Result> {
    Some(leaf.split(table, unmapped)) //~ E0599
}
