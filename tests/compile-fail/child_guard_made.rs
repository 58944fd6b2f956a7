// SPDX-License-Identifier: GPL-2.0
// error: E0423

//! The lock of a child's entry is that of fork, not any lock declared to be it.

use kernel::mm::pgtable::*;

pub fn child(guard: SlotGuard<'_, Pmd>, _parent: Slot<'_, Pmd>) {
    let _child = ChildGuard(guard);
}
