// SPDX-License-Identifier: GPL-2.0

//! A mapping that was not counted is not made.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn share(leaf: FileLeaf<'_>, _reference: FolioRef) {
    leaf.share()
}
