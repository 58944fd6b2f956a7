// SPDX-License-Identifier: GPL-2.0

//! There is no way down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub type Above<'t> = Slot<'t, Pmd>;

pub fn lock(slot: Above<'_>) -> bool {
    slot.lock_pte().is_some()
}
