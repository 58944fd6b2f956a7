// SPDX-License-Identifier: GPL-2.0

//! It is for a vma of frames to say: another may make a copy when it is written to.

use kernel::mm::{pgtable::*, virt::VmaRef};

pub fn write(prot: PfnProt<Pmd>, vma: &VmaRef) -> Option<SpecialLeaf<'_, Pmd>> {
    Some(SpecialLeaf::written(prot, vma)) //~ E0308
}
