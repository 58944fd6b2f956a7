// SPDX-License-Identifier: GPL-2.0

//! A leaf is split once, and read again after that: two looks at it are not kept.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    guard: &mut SlotGuard<'_, Pmd>,
    tables: (SpareTable<Pmd>, SpareTable<Pmd>),
    unmapped: Unmapped<'_, All>,
) -> Result {
    if let Entry::Leaf(one) = guard.entry() {
        if let Some(one) = one.into_special() {
            one.split(tables.0, unmapped)?;
        }
    }
    if let Entry::Leaf(two) = guard.entry() {
        if let Some(two) = two.into_special() {
            two.split(tables.1, unmapped)?;
        }
    }
    Ok(())
}
