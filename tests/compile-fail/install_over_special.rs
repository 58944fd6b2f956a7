// SPDX-License-Identifier: GPL-2.0

//! Not even a mapping that owns no reference is overwritten.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    match guard.entry() {
        Entry::Leaf(old) => {
            if let Some(old) = old.into_special() {
                old.install(leaf, place); //~ E0599
            }
        }
        _ => {}
    }
}
