// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned while its lock is held, not where the lock is given away.

use kernel::mm::pgtable::*;

pub fn frame<'t>(guard: LeafGuard<'t, Pmd>) -> MappedPfn<'t> {
    guard.pfn() //~ E0515
}
