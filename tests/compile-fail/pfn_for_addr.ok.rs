// SPDX-License-Identifier: GPL-2.0

//! A frame number is not an address.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn block(vma: &VmaPfnMap, address: usize) -> Option<VmaBlock<'_, Pmd>> {
    vma.block(address)
}
