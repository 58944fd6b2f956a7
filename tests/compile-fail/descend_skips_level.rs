// SPDX-License-Identifier: GPL-2.0

//! There is no way from a PUD to PTEs without a look at the PMD.

use kernel::mm::pgtable::*;

pub fn ptes(slot: Slot<'_, Pud>) -> Option<SlotGuard<'_, Pte>> {
    slot.lock_pte() //~ E0599
}
