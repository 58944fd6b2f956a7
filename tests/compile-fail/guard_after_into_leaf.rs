// SPDX-License-Identifier: GPL-2.0

//! A lock that was turned into a leaf's is not used as the slot's: it may be released.

use kernel::mm::pgtable::*;

pub fn was_leaf(mut guard: SlotGuard<'_, Pmd>) -> bool {
    let locked = guard.into_leaf();
    matches!(guard.entry(), Entry::Leaf(_)) && matches!(locked, Locked::Leaf(_))
    //~^ E0382
}
