// SPDX-License-Identifier: GPL-2.0

//! A mapped frame is returned while its lock is held, not where the lock is given away.

use kernel::mm::pgtable::*;

pub fn frame<'g>(guard: &'g LeafGuard<'_, Pmd>) -> MappedPfn<'g> {
    guard.pfn()
}
