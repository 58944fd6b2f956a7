// SPDX-License-Identifier: GPL-2.0

//! A match on an entry says what happens where it is not present.

use kernel::mm::pgtable::*;

pub fn is_mapped(guard: &mut SlotGuard<'_, Pmd>) -> bool {
    match guard.entry() {
        //~^ E0004
        Entry::Vacant => false,
        Entry::Leaf(_) | Entry::Table => true,
    }
}
