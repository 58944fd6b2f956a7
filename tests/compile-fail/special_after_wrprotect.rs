// SPDX-License-Identifier: GPL-2.0

//! The value that a leaf had before it was write-protected is gone.

use kernel::mm::pgtable::*;

fn map(_leaf: SpecialLeaf<'_, Pmd>) {}

pub fn share(leaf: Special<'_, Pmd>) {
    let _protected = leaf.wrprotect();
    map(leaf.copied()); //~ E0382
}
