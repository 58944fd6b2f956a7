// SPDX-License-Identifier: GPL-2.0

//! The child's entry is only filled: its lock is not taken out to install something else there.

use kernel::mm::pgtable::*;

pub fn fill(
    child: &mut ChildGuard<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    _place: &VmaBlock<'_, Pmd>,
) {
    child.install(leaf);
}
