// SPDX-License-Identifier: GPL-2.0

//! Whether a child shares the page is looked at: if not, C copies it.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: ForkLeaf<'_>) -> bool {
    leaf.share().is_some()
}
