// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned while its lock is held, not where the lock is given away.

use kernel::mm::pgtable::*;

pub fn frame<'t>(mut guard: SlotGuard<'t, Pmd>) -> Option<MappedPfn<'t>> {
    match guard.entry() {
        Entry::Leaf(leaf) => Some(leaf.pfn()), //~ E0515
        _ => None,
    }
}
