// SPDX-License-Identifier: GPL-2.0

//! One lock has one guard: a second one would unlock it twice.

use kernel::mm::pgtable::*;

pub fn unlock(guard: SlotGuard<'_, Pmd>) {
    drop(guard.clone()); //~ E0599
}
