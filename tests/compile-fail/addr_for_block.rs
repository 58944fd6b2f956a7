// SPDX-License-Identifier: GPL-2.0

//! An address is not the start of a block before it was compared and aligned.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn block(_vma: &VmaPfnMap, address: usize) -> Option<VmaBlock<'_, Pmd>> {
    Some(address) //~ E0308
}
