// SPDX-License-Identifier: GPL-2.0
// error: E0382

//! A child's entry is filled under its lock.

use kernel::mm::pgtable::*;

pub fn share(mut child: ChildGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>) {
    drop(child);
    child.install(leaf);
}
