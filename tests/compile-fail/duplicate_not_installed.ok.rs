// SPDX-License-Identifier: GPL-2.0

//! A mapping that was counted for a child is made.

use kernel::mm::pgtable::*;

pub fn share<'g>(leaf: FileLeaf<'g>, fork: &Fork<'g>, child: Vacant<'_, Pte>) {
    leaf.dup(fork).install(child);
}
