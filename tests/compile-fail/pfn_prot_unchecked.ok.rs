// SPDX-License-Identifier: GPL-2.0

//! Frames that L1TF would leak have no protection: who asks for one says what happens then.

use kernel::mm::pgtable::*;

pub fn leaf(vma: &VmaPfnMap, frames: DeviceBlock<Pmd>) -> Option<SpecialLeaf<'_, Pmd>> {
    PfnProt::new(vma, frames).map(SpecialLeaf::new)
}
