// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! The child gets a leaf of the parent's level.

use kernel::mm::pgtable::*;

pub fn share(child: &mut ChildGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pte>) {
    child.install(leaf);
}
