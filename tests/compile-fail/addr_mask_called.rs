// SPDX-License-Identifier: GPL-2.0

//! The mask of a level stays where addresses are made.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn is_start(vma: &VmaPfnMap, address: usize) -> bool {
    let _ = vma;
    address & kernel::mm::pgtable::addr::addr_mask::<Pmd>() == address //~ E0603
}
