// SPDX-License-Identifier: GPL-2.0

//! Not every frame is the first of a block.

use kernel::mm::pgtable::*;

pub fn frames(first: Pfn) -> PfnBlock<Pmd> {
    PfnBlock::new(first) //~ E0308
}
