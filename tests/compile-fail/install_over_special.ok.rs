// SPDX-License-Identifier: GPL-2.0

//! Not even a mapping that owns no reference is overwritten.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    match guard.entry() {
        Entry::Vacant(vacant) => vacant.install(leaf, place),
        _ => {}
    }
}
