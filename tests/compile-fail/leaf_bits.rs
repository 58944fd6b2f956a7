// SPDX-License-Identifier: GPL-2.0

//! The bits of a leaf are read through what they mean.

use kernel::mm::pgtable::*;

pub fn writable(leaf: &Leaf<'_, Pmd>) -> bool {
    leaf.raw.pmd & 2 != 0 //~ E0616
}
