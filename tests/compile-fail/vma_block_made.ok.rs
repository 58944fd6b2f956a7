// SPDX-License-Identifier: GPL-2.0

//! A block of addresses is not declared to lie inside a vma.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn block(vma: &VmaPfnMap, addr: UserAddr) -> Option<VmaBlock<'_, Pmd>> {
    vma.block(addr.as_raw())
}
