// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! Neither lock is held yet when both are taken.

use kernel::mm::pgtable::*;

pub fn parent_is_empty(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) -> bool {
    let mut guards = child.lock_with(parent.lock());
    matches!(guards.1.entry(), Entry::Vacant(_))
}
