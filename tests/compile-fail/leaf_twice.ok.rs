// SPDX-License-Identifier: GPL-2.0

//! A guard has one leaf at a time: after a change the entry is read again.

use kernel::mm::pgtable::*;

pub fn both(guard: &mut SlotGuard<'_, Pte>) -> bool {
    let one = matches!(guard.entry(), Entry::Leaf(_));
    let two = matches!(guard.entry(), Entry::Leaf(_));
    one && two
}
