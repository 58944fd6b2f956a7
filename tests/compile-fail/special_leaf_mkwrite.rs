// SPDX-License-Identifier: GPL-2.0

//! A leaf is made writable by what the vma allows, not by itself.

use kernel::mm::pgtable::*;

pub fn write(prot: PfnProt<Pmd>, _vma: &VmaPfnMap) -> SpecialLeaf<'_, Pmd> {
    SpecialLeaf::new(prot).mkyoung().mkdirty().mkwrite() //~ E0599
}
