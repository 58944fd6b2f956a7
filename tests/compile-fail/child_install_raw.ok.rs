// SPDX-License-Identifier: GPL-2.0

//! What a child gets has the special bit: a raw value may lack it.

use kernel::mm::pgtable::*;

pub fn share(child: &mut ChildGuard<'_, Pmd>, leaf: SpecialLeaf<'_, Pmd>) {
    child.install(leaf);
}
