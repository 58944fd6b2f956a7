// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! A page of a file can always be shared: there is no failure to handle.

use kernel::mm::pgtable::*;

pub fn share(leaf: FileLeaf<'_>, child: Vacant<'_, Pte>) {
    match leaf.dup() {
        Ok(duplicate) => duplicate.install(child),
        Err(MaybePinned) => {}
    }
}
