// SPDX-License-Identifier: GPL-2.0

//! A mapping that was not counted is not made.

use kernel::mm::{folio::*, pgtable::pages::*};

pub fn share(leaf: ForkLeaf<'_>, _reference: FolioRef) {
    leaf.install(_reference) //~ E0624
}
