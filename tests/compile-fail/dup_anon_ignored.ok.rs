// SPDX-License-Identifier: GPL-2.0

//! Anonymous memory may be pinned, and is then not shared with a child.

use kernel::mm::pgtable::*;

pub fn share(leaf: AnonLeaf<'_>, child: Vacant<'_, Pte>) -> bool {
    match leaf.try_dup() {
        Ok(duplicate) => duplicate.install(child),
        Err(MaybePinned) => return false,
    }
    true
}
