// SPDX-License-Identifier: GPL-2.0

//! A leaf is not taken out of the batch that flushes for it.

use kernel::mm::pgtable::*;

pub fn take<'g>(leaf: BatchLeaf<'g, '_>, fork: &Fork<'g>) -> Option<ForkLeaf<'g>> {
    leaf.for_fork(fork) //~ E0507
}
