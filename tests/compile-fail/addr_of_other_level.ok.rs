// SPDX-License-Identifier: GPL-2.0

//! The address block of one level is no other level's.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn of_pud(vma: &VmaPfnMap, address: usize) -> Option<VmaBlock<'_, Pud>> {
    vma.block::<Pud>(address)
}
