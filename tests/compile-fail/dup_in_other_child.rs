// SPDX-License-Identifier: GPL-2.0

//! What is counted for one child is mapped in that child.

use kernel::mm::pgtable::pages::*;

pub fn share<'g>(leaf: ForkLeaf<'g>, _other: &mut ForkPte<'g>) -> bool {
    leaf.share(_other).is_some() //~ E0061
}
