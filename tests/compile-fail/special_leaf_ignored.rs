// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! A modifier returns the leaf that it has modified.

use kernel::mm::pgtable::*;

pub fn young(leaf: SpecialLeaf<'_, Pmd>) {
    leaf.mkyoung();
}
