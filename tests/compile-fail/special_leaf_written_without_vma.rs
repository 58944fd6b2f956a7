// SPDX-License-Identifier: GPL-2.0

//! Whether a new leaf may be written is for the vma to say.

use kernel::mm::pgtable::*;

pub fn write(prot: PfnProt<Pmd>, _vma: &VmaPfnMap) -> SpecialLeaf<'_, Pmd> {
    SpecialLeaf::written(prot) //~ E0061
}
