// SPDX-License-Identifier: GPL-2.0

//! A modifier returns the leaf that it has modified.

use kernel::mm::pgtable::*;

pub fn young(leaf: SpecialLeaf<'_, Pmd>) {
    leaf.mkyoung(); //~ unused_must_use
}
