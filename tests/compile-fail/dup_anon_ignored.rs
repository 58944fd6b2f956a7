// SPDX-License-Identifier: GPL-2.0

//! Anonymous memory may be pinned, and is then not shared with a child.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: AnonLeaf<'_>) -> Result<(), MaybePinned> {
    leaf.share(); //~ E0599
    Ok(())
}
