// SPDX-License-Identifier: GPL-2.0

//! A block of addresses is not declared to lie inside a vma.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn block<'v>(vma: &'v VmaPfnMap, other: VmaBlock<'v, Pmd>) -> Option<VmaBlock<'v, Pmd>> {
    Some(VmaBlock {
        vma, //~ E0451
        ..other
    })
}
