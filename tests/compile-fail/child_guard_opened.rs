// SPDX-License-Identifier: GPL-2.0
// error: E0616

//! The child's entry is only filled: its lock is not taken out to install something else there.

use kernel::mm::pgtable::*;

pub fn fill(
    child: &mut ChildGuard<'_, Pmd>,
    leaf: SpecialLeaf<'_, Pmd>,
    _place: &VmaBlock<'_, Pmd>,
) {
    if let Some(vacant) = child.0.vacant() {
        vacant.install(leaf, _place);
    }
}
