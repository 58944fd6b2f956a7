// SPDX-License-Identifier: GPL-2.0

//! A leaf is not taken out of the batch that flushes for it.

use kernel::mm::pgtable::pages::*;

pub fn leaf<'g>(leaf: BatchLeaf<'g>) -> NormalLeaf<'g> {
    *leaf //~ E0507
}
