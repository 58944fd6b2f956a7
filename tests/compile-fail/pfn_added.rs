// SPDX-License-Identifier: GPL-2.0

//! A frame of a block is found by the address, not by adding to the first.

use kernel::mm::pgtable::*;

pub fn frame(block: &PfnBlock<Pmd>, addr: UserAddr) -> Pfn {
    block.first() + (addr.as_raw() % Pmd::SIZE >> kernel::page::PAGE_SHIFT) //~ E0369
}
