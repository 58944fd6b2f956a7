// SPDX-License-Identifier: GPL-2.0

//! An entry is filled under the lock under which it was found empty.

use kernel::mm::pgtable::*;

pub fn map(mut guard: SlotGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    if let Entry::Vacant(vacant) = guard.entry() {
        drop(guard); //~ E0505
        vacant.install(leaf, place);
    }
}
