// SPDX-License-Identifier: GPL-2.0

//! What an entry was is said where it was looked at.

use kernel::{bindings, mm::pgtable::pages::*};

pub fn seen(pte: bindings::pte_t, page: *mut bindings::page) -> SeenExclusive {
    // SAFETY: The caller has looked at what C has read.
    unsafe { SeenExclusive::from_raw(pte, page) }
}
