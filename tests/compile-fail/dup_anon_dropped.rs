// SPDX-License-Identifier: GPL-2.0

//! Whether a child may share anonymous memory is looked at.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: AnonLeaf<'_>) {
    leaf.try_share(); //~ unused_must_use
}
