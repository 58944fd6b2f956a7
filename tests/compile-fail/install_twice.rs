// SPDX-License-Identifier: GPL-2.0

//! One leaf is put into one entry.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn map(leaf: NewLeaf<'_, '_, Pmd>) -> Option<Result<(), NotInstalled>> {
    let installed = leaf.lock().ok()?.install();
    let _again = leaf.lock().ok()?.install(); //~ E0382
    Some(installed)
}
