// SPDX-License-Identifier: GPL-2.0

//! Frames that L1TF would leak have no protection: who asks for one says what happens then.

use kernel::mm::pgtable::*;

pub fn leaf(vma: &VmaPfnMap, frames: DeviceBlock<Pmd>) -> SpecialLeaf<'_, Pmd> {
    SpecialLeaf::new(PfnProt::new(vma, frames)) //~ E0308
}
