// SPDX-License-Identifier: GPL-2.0

//! A lock is kept: where its guard is ignored it is released at once.

use kernel::mm::pgtable::*;

pub fn lock(slot: Slot<'_, Pmd>) {
    slot.lock(); //~ unused_must_use
}
