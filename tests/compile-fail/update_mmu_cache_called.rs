// SPDX-License-Identifier: GPL-2.0

//! The architecture is told of an entry by what fills it, and not of another.

use kernel::mm::pgtable::*;

pub fn map(other: &SlotGuard<'_, Pmd>) {
    other.slot().update_mmu_cache(); //~ E0624
}
