// SPDX-License-Identifier: GPL-2.0

//! A mapping that was counted for a child is made.

use kernel::mm::pgtable::*;

pub fn share(leaf: FileLeaf<'_>) {
    leaf.dup().install();
}
