// SPDX-License-Identifier: GPL-2.0

//! What an entry says is said once: a second leaf would be changed after the first.

use kernel::mm::pgtable::*;

pub fn special(leaf: Leaf<'_, Pmd>) -> Option<Special<'_, Pmd>> {
    leaf.into_special()
}
