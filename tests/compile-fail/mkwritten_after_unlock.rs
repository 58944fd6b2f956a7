// SPDX-License-Identifier: GPL-2.0

//! A leaf is changed in its table only while its lock is held.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn write(mut guard: InsertGuard<'_, '_, Pmd>) -> Result<(), OtherFrames> {
    drop(guard);
    guard.mkwritten() //~ E0382
}
