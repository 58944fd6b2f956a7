// SPDX-License-Identifier: GPL-2.0

//! The caller that locks a leaf looks at whether it is still one.

use kernel::mm::pgtable::*;

pub fn lock(slot: Slot<'_, Pmd>) -> bool {
    slot.lock().into_leaf(); //~ unused_must_use
    true
}
