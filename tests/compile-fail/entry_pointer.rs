// SPDX-License-Identifier: GPL-2.0

//! The entry under a lock is reached through the guard, not through its address.

use kernel::mm::pgtable::*;

pub fn is_leaf(guard: &mut SlotGuard<'_, Pmd>) -> bool {
    guard.slot.as_ptr().is_aligned() //~ E0616
}
