// SPDX-License-Identifier: GPL-2.0
// error: E0382

//! Nor is the value kept that it had: who protects a leaf has only the protected one.

use kernel::mm::pgtable::*;

pub fn share(leaf: Special<'_, Pmd>, child: &mut ChildGuard<'_, Pmd>) {
    let _protected = leaf.wrprotect();
    child.install(leaf.copied());
}
