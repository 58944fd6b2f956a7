// SPDX-License-Identifier: GPL-2.0

//! An entry is copied to one of its own level.

use kernel::mm::pgtable::*;

pub fn parent_is_empty(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) -> bool {
    let mut guards = child.lock_with(parent);
    matches!(guards.1.entry(), Entry::Vacant(_))
}
