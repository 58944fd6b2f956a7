// SPDX-License-Identifier: GPL-2.0

//! A match on an entry says what happens where it is not present.

use kernel::mm::pgtable::*;

pub fn is_mapped(guard: &mut SlotGuard<'_, Pmd>) -> bool {
    match guard.entry() {
        Entry::Vacant => false,
        Entry::NonPresent(_) => false,
        Entry::Leaf(_) | Entry::Table => true,
    }
}
