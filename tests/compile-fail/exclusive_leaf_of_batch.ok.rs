// SPDX-License-Identifier: GPL-2.0

//! A leaf is not taken out of the batch that flushes for it.

use kernel::mm::pgtable::*;

pub fn take<'g>(leaf: NormalLeaf<'g>, fork: &Fork<'g>) -> Option<ForkLeaf<'g>> {
    leaf.for_fork(fork)
}
