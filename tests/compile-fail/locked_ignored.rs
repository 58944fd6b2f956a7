// SPDX-License-Identifier: GPL-2.0

//! Who locks a leaf looks at whether it is still one.

use kernel::mm::pgtable::*;

pub fn lock(slot: Slot<'_, Pmd>) -> bool {
    slot.lock_leaf(); //~ unused_must_use
    true
}
