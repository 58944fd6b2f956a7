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
    if let (Entry::Leaf(one), Entry::Leaf(two)) = (guard.entry(), guard.entry()) {
        //~^ E0499
        if let (Some(one), Some(two)) = (one.into_special(), two.into_special()) {
            one.split(tables.0, unmapped)?;
            two.split(tables.1, unmapped)?;
        }
    }
    Ok(())
}
