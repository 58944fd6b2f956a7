// SPDX-License-Identifier: GPL-2.0

//! What a closure is shown of an entry does not leave it, where the lock is released.

use kernel::mm::pgtable::*;

pub fn look<R>(slot: Slot<'_, Pmd>, f: impl FnOnce(Entry<'_, Pmd>) -> R) -> R {
    let mut guard = slot.lock();
    f(guard.entry())
}

pub fn writable(slot: Slot<'_, Pmd>) -> bool {
    let mut kept = None;
    look(slot, |entry| kept = Some(entry)); //~ E0521
    matches!(kept, Some(Entry::Leaf(leaf)) if leaf.writable())
}
