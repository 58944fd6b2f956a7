// SPDX-License-Identifier: GPL-2.0

//! The protection of a vma says nothing of the cache mode of what is mapped there.

use kernel::mm::pgtable::*;

pub fn leaf(vma: &VmaPfnMap) -> SpecialLeaf<'_, Pmd> {
    // SAFETY: The vma is alive by its type invariant.
    SpecialLeaf::new(unsafe { (*vma.as_ptr()).vm_page_prot }) //~ E0308
}
