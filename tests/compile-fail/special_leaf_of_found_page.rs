// SPDX-License-Identifier: GPL-2.0

//! Nor does a frame that a table happens to map, which may be a folio's.

use kernel::mm::pgtable::*;

pub fn prot(vma: &VmaPfnMap, leaf: Leaf<'_, Pte>) -> Option<PfnProt<Pte>> {
    PfnProt::new(vma, leaf.pfn()) //~ E0308
}
