// SPDX-License-Identifier: GPL-2.0

//! What is copied from a table is still mapped there: the child gets nothing that was zapped.

use kernel::mm::pgtable::*;

pub fn share(mut parent: SlotGuard<'_, Pmd>, child: &mut ChildGuard<'_, Pmd>) -> Option<()> {
    let Entry::Leaf(leaf) = parent.entry() else {
        return None;
    };
    let leaf = leaf.into_special()?.copied();
    child.install(leaf);
    Some(())
}
