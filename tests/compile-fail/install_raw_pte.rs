// SPDX-License-Identifier: GPL-2.0

//! So at the level of pages: a raw value may lack the special bit.

use kernel::{bindings, mm::pgtable::*};

pub fn map(vacant: Vacant<'_, Pte>, leaf: bindings::pte_t, place: &VmaBlock<'_, Pte>) {
    vacant.install(leaf, place); //~ E0308
}
