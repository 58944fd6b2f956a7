// SPDX-License-Identifier: GPL-2.0

//! A frame number is not an address.

use kernel::mm::pgtable::*;

pub fn frame(block: &PfnBlock<Pmd>, addr: Pfn) -> Pfn {
    block.frame_of(addr) //~ E0308
}
