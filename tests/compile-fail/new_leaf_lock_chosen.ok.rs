// SPDX-License-Identifier: GPL-2.0

//! A leaf brings the entry that is locked for it: no other one is named.

use kernel::{
    bindings,
    mm::{pfnmap::*, pgtable::*},
};

pub fn lock<'v, 'd>(
    leaf: NewLeaf<'v, 'd, Pmd>,
    _other: *mut bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    leaf.lock()
}
