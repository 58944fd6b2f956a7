// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A leaf that was found may be a folio's: the child gets it from C, which counts the references.

use kernel::mm::pgtable::*;

pub fn share(leaf: Leaf<'_, Pmd>, child: &mut ChildGuard<'_, Pmd>) {
    child.install(leaf);
}
