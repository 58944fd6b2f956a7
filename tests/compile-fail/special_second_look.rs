// SPDX-License-Identifier: GPL-2.0

//! A leaf that fork protects is not copied as it was before.

use kernel::mm::pgtable::*;

fn map(_leaf: SpecialLeaf<'_, Pmd>) {}

pub fn share(parent: &mut SlotGuard<'_, Pmd>) -> Option<()> {
    let Entry::Leaf(leaf) = parent.entry() else {
        return None;
    };
    let Entry::Leaf(before) = parent.entry() else {
        //~^ E0499
        return None;
    };
    let _protected = leaf.into_special()?.wrprotect();
    map(before.into_special()?.copied());
    Some(())
}
