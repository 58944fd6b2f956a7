// SPDX-License-Identifier: GPL-2.0

//! A walk starts at an address that was compared with its vma, not at another.

use kernel::mm::pgtable::*;

pub fn slot<'t>(walk: Walk<'t>, _addr: UserAddr) -> Option<Slot<'t, Pud>> {
    Walk {
        addr: _addr, //~ E0451
        ..walk
    }
    .pud()
}
