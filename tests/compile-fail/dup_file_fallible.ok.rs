// SPDX-License-Identifier: GPL-2.0

//! A page of a file can always be shared: there is no failure to handle.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: FileLeaf<'_>) {
    leaf.share()
}
