// SPDX-License-Identifier: GPL-2.0

//! What an entry was is said where it was looked at.

use kernel::{bindings, mm::pgtable::pages::*};

pub fn seen(pte: bindings::pte_t, page: *mut bindings::page) -> SeenExclusive {
    SeenExclusive::from_raw(pte, page) //~ E0133
}
