// SPDX-License-Identifier: GPL-2.0

//! The lock of a leaf gives no leaf away: what changes an entry reads it first.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    guard: &mut SlotGuard<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Option<Result> {
    let Entry::Leaf(leaf) = guard.entry() else {
        return None;
    };
    Some(leaf.into_special()?.split(table, unmapped))
}
