// SPDX-License-Identifier: GPL-2.0

//! What the child gets is a copy: the parent's own leaf is none to be given away.

use kernel::mm::pgtable::*;

pub fn share(leaf: Special<'_, Pmd>, child: &mut ChildGuard<'_, Pmd>) {
    child.install(leaf.copied());
}
