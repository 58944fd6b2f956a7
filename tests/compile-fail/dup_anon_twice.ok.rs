// SPDX-License-Identifier: GPL-2.0

//! Anonymous memory is shared with one child once.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: AnonLeaf<'_>) -> Result<(), MaybePinned> {
    leaf.try_share()?;
    Ok(())
}
