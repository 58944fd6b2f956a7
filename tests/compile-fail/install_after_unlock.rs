// SPDX-License-Identifier: GPL-2.0

//! An entry is filled while its lock is held.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map(mut guard: InsertGuard<'_, '_, Pmd>) -> Result<(), NotInstalled> {
    drop(guard);
    guard.install() //~ E0382
}
