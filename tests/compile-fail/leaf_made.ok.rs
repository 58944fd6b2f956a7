// SPDX-License-Identifier: GPL-2.0

//! A leaf comes from an entry that was looked at under its lock, not from its bits.

use kernel::{bindings, mm::pgtable::*};

pub fn writable(leaf: Leaf<'_, Pud>, _raw: bindings::pud_t) -> bool {
    leaf.writable()
}
