// SPDX-License-Identifier: GPL-2.0

//! A mapping is not overwritten: it is unmapped first, with all that has to happen then.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    match guard.entry() {
        Entry::Leaf(old) => old.install(leaf, place), //~ E0599
        _ => {}
    }
}
