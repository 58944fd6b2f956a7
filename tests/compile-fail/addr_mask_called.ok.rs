// SPDX-License-Identifier: GPL-2.0

//! The mask of a level stays where addresses are made.

use kernel::mm::pgtable::*;

pub fn start_of_pmd(addr: UserAddr) -> usize {
    addr.block::<Pmd>().as_raw()
}
