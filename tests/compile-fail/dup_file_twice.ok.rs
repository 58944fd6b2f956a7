// SPDX-License-Identifier: GPL-2.0

//! One mapping is counted, and one is made.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: FileLeaf<'_>) {
    leaf.share();
}
