// SPDX-License-Identifier: GPL-2.0

//! What is put into a table has the special bit: a raw value may lack it.

use kernel::{bindings, mm::pgtable::*};

pub fn map(vacant: Vacant<'_, Pmd>, leaf: bindings::pmd_t, place: &VmaBlock<'_, Pmd>) {
    vacant.install(leaf, place); //~ E0308
}
