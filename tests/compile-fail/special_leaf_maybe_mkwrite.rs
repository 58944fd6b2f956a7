// SPDX-License-Identifier: GPL-2.0

//! A leaf is made writable together with all that a write sets, not alone.

use kernel::mm::pgtable::*;

pub fn write(prot: PfnProt<Pmd>, vma: &VmaPfnMap) -> SpecialLeaf<'_, Pmd> {
    SpecialLeaf::new(prot).maybe_mkwrite(vma) //~ E0624
}
