// SPDX-License-Identifier: GPL-2.0

//! A page is shared with one child once.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: ForkLeaf<'_>) -> bool {
    leaf.share().is_some()
}
