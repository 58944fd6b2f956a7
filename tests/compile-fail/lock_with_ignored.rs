// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! Both locks are kept: where the guards are ignored they are released at once.

use kernel::mm::pgtable::*;

pub fn lock(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) {
    child.lock_with(parent);
}
