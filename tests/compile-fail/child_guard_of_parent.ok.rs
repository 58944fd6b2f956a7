// SPDX-License-Identifier: GPL-2.0

//! Fork fills the child's entry, not the parent's.

use kernel::mm::pgtable::*;

pub fn fill(child: Slot<'_, Pmd>, parent: Slot<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>) {
    let mut _guards = child.lock_with(parent);
    _guards.0.install(leaf);
}
