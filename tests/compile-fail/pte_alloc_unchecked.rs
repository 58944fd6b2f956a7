// SPDX-License-Identifier: GPL-2.0

//! A PTE need not have a table, nor get one.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn is_installed(leaf: NewLeaf<'_, '_, Pte>) -> Option<bool> {
    let mut guard = leaf.lock();
    Some(guard.install().is_ok()) //~ E0599
}
