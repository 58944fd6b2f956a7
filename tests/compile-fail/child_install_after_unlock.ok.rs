// SPDX-License-Identifier: GPL-2.0

//! A child's entry is filled under its lock.

use kernel::mm::pgtable::*;

pub fn share(mut child: ChildGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>) {
    child.install(leaf);
    drop(child);
}
