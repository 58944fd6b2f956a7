// SPDX-License-Identifier: GPL-2.0

//! A leaf that was not asked for its special bit may own a reference: no copy is made of it.

use kernel::mm::pgtable::*;

pub fn copy(leaf: Leaf<'_, Pmd>) -> SpecialLeaf<'_, Pmd> {
    leaf.copied() //~ E0599
}
