// SPDX-License-Identifier: GPL-2.0

//! A leaf is changed in its table only while the lock is held under which it was found.

use kernel::mm::pgtable::*;

pub fn write(mut guard: SlotGuard<'_, Pmd>, place: &VmaBlock<'_, Pmd>, prot: &PfnProt<Pmd>) {
    if let Entry::Leaf(leaf) = guard.entry() {
        if let Some(leaf) = leaf.into_special() {
            drop(guard); //~ E0505
            leaf.mkwritten(place, prot);
        }
    }
}
