// SPDX-License-Identifier: GPL-2.0

//! A mapping is counted and made in one step: no count is left between them to be forgotten.

use kernel::mm::pgtable::pages::*;

pub fn share(leaf: ForkLeaf<'_>) -> Option<()> {
    let counted = leaf.share()?;
    counted.install(); //~ E0599
    Some(())
}
