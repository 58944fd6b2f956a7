// SPDX-License-Identifier: GPL-2.0
// error: E0599

//! The second of the two locks of fork is not taken without the first.

use kernel::mm::pgtable::*;

pub fn parent_is_empty(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>) -> bool {
    let mut guards = (child.lock(), parent.lock_nested());
    matches!(guards.1.entry(), Entry::Vacant(_))
}
