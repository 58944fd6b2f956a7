// SPDX-License-Identifier: GPL-2.0

//! The address block of one level is no other level's.

use kernel::mm::pgtable::*;

pub fn start_of_pud(addr: UserAddr) -> BlockAddr<Pud> {
    addr.block::<Pmd>() //~ E0308
}
