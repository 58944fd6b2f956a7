// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned while its lock is held, not where the lock is given away.

use kernel::mm::pgtable::*;

pub fn frame<'g>(guard: &'g mut SlotGuard<'_, Pmd>) -> Option<MappedPfn<'g>> {
    match guard.entry() {
        Entry::Leaf(leaf) => Some(leaf.pfn()),
        _ => None,
    }
}
