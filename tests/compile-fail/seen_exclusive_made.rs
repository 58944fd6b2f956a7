// SPDX-License-Identifier: GPL-2.0

//! Only who has looked at an entry says what it was.

use kernel::{bindings, mm::pgtable::*};

pub fn seen(pte: bindings::pte_t, page: *mut bindings::page) -> SeenExclusive {
    SeenExclusive::from_raw(pte, page) //~ E0133
}
