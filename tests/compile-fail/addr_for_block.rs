// SPDX-License-Identifier: GPL-2.0

//! An address is not the start of a block before it was aligned.

use kernel::mm::pgtable::*;

pub fn start_of_pmd(addr: UserAddr) -> BlockAddr<Pmd> {
    addr //~ E0308
}
