// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found may be a folio's: it is not put elsewhere before it was asked.

use kernel::mm::pgtable::*;

pub fn share(leaf: Leaf<'_, Pmd>, vacant: Vacant<'_, Pmd>, place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf, place); //~ E0308
}
