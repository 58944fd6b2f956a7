// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! Who locks a leaf looks at whether it is still one.

use kernel::mm::pgtable::*;

pub fn lock(slot: Slot<'_, Pmd>) -> bool {
    slot.lock_leaf();
    true
}
