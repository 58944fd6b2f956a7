// SPDX-License-Identifier: GPL-2.0

//! Asking for the special bit has two answers, of which one is that the leaf may be a folio's.

use kernel::mm::pgtable::*;

pub fn copy(leaf: Leaf<'_, Pmd>) -> SpecialLeaf<'_, Pmd> {
    leaf.into_special().copied() //~ E0599
}
