// SPDX-License-Identifier: GPL-2.0

//! A leaf is not taken out of the batch that flushes for it.

use kernel::mm::pgtable::pages::*;

pub fn leaf<'a, 'g>(leaf: &'a BatchLeaf<'g>) -> &'a NormalLeaf<'g> {
    leaf
}
