// SPDX-License-Identifier: GPL-2.0

//! A guard has one leaf at a time: after a change the entry is read again.

use kernel::mm::pgtable::*;

pub fn both(guard: &mut SlotGuard<'_, Pte>) -> bool {
    let (one, two) = (guard.entry(), guard.entry()); //~ E0499
    matches!(one, Entry::Leaf(_)) && matches!(two, Entry::Leaf(_))
}
