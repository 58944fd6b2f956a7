// SPDX-License-Identifier: GPL-2.0

//! The mask of a level stays where addresses are made.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn is_start(vma: &VmaPfnMap, address: usize) -> bool {
    let block = vma.block::<Pmd>(address);
    block.is_some_and(|block| {
        block.page_in_vma() << kernel::page::PAGE_SHIFT == address - vma.start()
    })
}
