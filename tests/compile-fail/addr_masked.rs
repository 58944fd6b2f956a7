// SPDX-License-Identifier: GPL-2.0
// error: E0369

//! An address is not masked: it is asked for its block.

use kernel::mm::pgtable::*;

pub fn start_of_pmd(addr: UserAddr) -> usize {
    let start = addr & !(Pmd::SIZE - 1);
    start.as_raw()
}
