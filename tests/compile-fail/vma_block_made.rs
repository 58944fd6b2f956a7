// SPDX-License-Identifier: GPL-2.0
// error: E0451

//! A block of addresses is not declared to lie inside a vma.

use kernel::mm::pgtable::*;

pub fn block(vma: &VmaPfnMap, addr: UserAddr) -> Option<VmaBlock<'_, Pmd>> {
    Some(VmaBlock {
        vma,
        addr: addr.block(),
    })
}
