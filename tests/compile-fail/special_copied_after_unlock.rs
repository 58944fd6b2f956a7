// SPDX-License-Identifier: GPL-2.0

//! What is copied from a table is still mapped there: a child gets nothing that was zapped.

use kernel::mm::pgtable::*;

fn map(_leaf: SpecialLeaf<'_, Pmd>) {}

pub fn share(mut parent: SlotGuard<'_, Pmd>) -> Option<()> {
    let Entry::Leaf(leaf) = parent.entry() else {
        return None;
    };
    let leaf = leaf.into_special()?.copied();
    drop(parent); //~ E0505
    map(leaf);
    Some(())
}
