// SPDX-License-Identifier: GPL-2.0

//! Nothing is installed at a level without a special bit.

use kernel::mm::pgtable::*;

pub fn map<L: Level>(vacant: Vacant<'_, L>, raw: L::Raw, place: &VmaBlock<'_, L>) {
    vacant.install(raw, place); //~ E0599
}
