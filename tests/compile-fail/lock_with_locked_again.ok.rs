// SPDX-License-Identifier: GPL-2.0

//! A lock that is held is not taken again.

use kernel::mm::pgtable::*;

pub fn parent_is_empty(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) -> bool {
    let mut _guards = child.lock_with(parent);
    matches!(_guards.1.entry(), Entry::Vacant(_))
}
