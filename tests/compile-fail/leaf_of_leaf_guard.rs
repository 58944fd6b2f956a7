// SPDX-License-Identifier: GPL-2.0

//! The lock of a leaf gives no leaf away: what changes an entry reads it first.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    guard: &LeafGuard<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Option<Result> {
    let leaf = guard.leaf(); //~ E0624
    Some(leaf.into_special()?.split(table, unmapped))
}
