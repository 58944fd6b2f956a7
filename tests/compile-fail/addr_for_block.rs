// SPDX-License-Identifier: GPL-2.0
// error: E0308

//! An address is not the start of a block before it was aligned.

use kernel::mm::pgtable::*;

pub fn start_of_pmd(addr: UserAddr) -> BlockAddr<Pmd> {
    addr
}
