// SPDX-License-Identifier: GPL-2.0

//! The lock of one entry is not used to install the leaf of another.

use kernel::mm::pgtable::*;

pub fn map<'v>(
    leaf: NewLeaf<'v, '_, Pmd>,
    _slot: Slot<'v, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    let mut guard = leaf.lock().ok()?;
    Some(guard.install())
}
