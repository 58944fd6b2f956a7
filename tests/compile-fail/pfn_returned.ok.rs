// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned to who holds the lock, not to who gave it away.

use kernel::mm::pgtable::*;

pub fn frame<'g>(guard: &'g mut LeafGuard<'_, Pmd>) -> MappedPfn<'g> {
    guard.leaf().pfn()
}
