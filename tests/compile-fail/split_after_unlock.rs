// SPDX-License-Identifier: GPL-2.0

//! A leaf is split only while the lock is held under which it was found.

use kernel::{
    mm::{notifier::*, pgtable::*},
    prelude::*,
};

pub fn cut(
    mut guard: SlotGuard<'_, Pmd>,
    table: SpareTable<Pmd>,
    unmapped: Unmapped<'_, All>,
) -> Result {
    if let Entry::Leaf(leaf) = guard.entry() {
        if let Some(leaf) = leaf.into_special() {
            drop(guard); //~ E0505
            leaf.split(table, unmapped)?;
        }
    }
    Ok(())
}
