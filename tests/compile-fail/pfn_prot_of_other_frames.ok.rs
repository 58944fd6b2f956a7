// SPDX-License-Identifier: GPL-2.0

//! The protection of some frames is not given to others.

use kernel::mm::pgtable::*;

pub fn leaf(vma: &VmaPfnMap, frames: DeviceBlock<Pmd>) -> Option<SpecialLeaf<'static, Pmd>> {
    let prot = PfnProt::new(vma, frames)?;
    Some(SpecialLeaf::new(prot))
}
