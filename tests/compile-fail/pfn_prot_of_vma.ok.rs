// SPDX-License-Identifier: GPL-2.0

//! The protection of a vma says nothing of the cache mode of what is mapped there.

use kernel::mm::pgtable::*;

pub fn leaf(vma: &VmaPfnMap, frames: DeviceBlock<Pmd>) -> Option<SpecialLeaf<'_, Pmd>> {
    Some(SpecialLeaf::new(PfnProt::new(vma, frames)?))
}
