// SPDX-License-Identifier: GPL-2.0

//! The lock of one entry is not used to install the leaf of another.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map<'v>(
    other: InsertGuard<'v, '_, Pmd>,
    _slot: Slot<'v, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    let guard = _slot.lock();
    let mut guard = InsertGuard { guard, ..other }; //~ E0451
    Some(guard.install())
}
