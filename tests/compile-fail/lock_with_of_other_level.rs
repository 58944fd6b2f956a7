// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! An entry is copied to one of its own level.

use kernel::mm::pgtable::*;

pub fn parent_is_empty(child: Slot<'_, Pmd>, parent: Slot<'_, Pud>) -> bool {
    let mut guards = child.lock_with(parent);
    matches!(guards.1.entry(), Entry::Vacant(_))
}
