// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found may be a folio's: the child gets it from C, which counts the references.

use kernel::mm::pgtable::*;

pub fn share(leaf: Leaf<'_, Pmd>, child: &mut ChildGuard<'_, Pmd>) {
    if let Some(leaf) = leaf.into_special() {
        child.install(leaf.copied());
    }
}
