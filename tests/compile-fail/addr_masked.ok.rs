// SPDX-License-Identifier: GPL-2.0

//! An address is not masked: it has a block of each level.

use kernel::mm::pgtable::*;

pub fn start_of_pmd(addr: UserAddr) -> usize {
    let start = addr.block::<Pmd>();
    start.as_raw()
}
