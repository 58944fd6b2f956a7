// SPDX-License-Identifier: GPL-2.0

//! Anonymous memory is not shared the way a file is, which never fails.

use kernel::mm::pgtable::*;

pub fn share<'g>(leaf: NormalLeaf<'g>, fork: &Fork<'g>, child: Vacant<'_, Pte>) {
    if let Some(ForkLeaf::File(leaf) | ForkLeaf::Anon(leaf)) = leaf.for_fork(fork) {
        //~^ E0308
        leaf.dup().install(child)
    }
}
