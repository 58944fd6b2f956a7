// SPDX-License-Identifier: GPL-2.0

//! A leaf in a table is not declared special: its bit says so.

use kernel::mm::pgtable::*;

pub fn special(leaf: Leaf<'_, Pmd>) -> Option<Special<'_, Pmd>> {
    leaf.into_special()
}
