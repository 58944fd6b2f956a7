// SPDX-License-Identifier: GPL-2.0

//! A block around an address need not lie inside the vma.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn page_of_file(vma: &VmaPfnMap, address: usize) -> usize {
    vma.block::<Pmd>(address).pgoff() //~ E0599
}
