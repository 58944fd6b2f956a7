// SPDX-License-Identifier: GPL-2.0

//! A page is not split.

use kernel::mm::pgtable::*;

pub fn has_memory(slot: &Slot<'_, Pmd>) -> bool {
    SpareTable::<Pmd>::new(slot).is_ok()
}
