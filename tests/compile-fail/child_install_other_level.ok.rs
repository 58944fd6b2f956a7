// SPDX-License-Identifier: GPL-2.0

//! The child gets a leaf of the parent's level.

use kernel::mm::pgtable::*;

pub fn share(child: &mut ChildGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>) {
    child.install(leaf);
}
