// SPDX-License-Identifier: GPL-2.0

//! Nobody installs before asking whether the entry is empty.

use kernel::mm::pgtable::*;

pub fn map(guard: &mut SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    if let Entry::Vacant(vacant) = guard.entry() {
        vacant.install(leaf, place);
    }
}
