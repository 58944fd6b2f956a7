// SPDX-License-Identifier: GPL-2.0

//! A block of addresses is not masked: the address has a block of each level.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn of_pmd<'v>(vma: &'v VmaPfnMap, _address: usize) -> Option<VmaBlock<'v, Pmd>> {
    vma.block(_address)
}
