// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed under the lock of its entry.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map(leaf: NewLeaf<'_, '_, Pmd>) -> Option<Result<(), NotInstalled>> {
    Some(leaf.lock().ok()?.install())
}
