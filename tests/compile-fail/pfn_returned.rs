// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned to who holds the lock, not to who gave it away.

use kernel::mm::pgtable::*;

pub fn frame<'t>(mut guard: LeafGuard<'t, Pmd>) -> MappedPfn<'t> {
    guard.leaf().pfn() //~ E0515
}
