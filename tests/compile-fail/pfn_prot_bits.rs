// SPDX-License-Identifier: GPL-2.0

//! The bits of a protection stay what was found for the frames.

use kernel::mm::pgtable::*;

pub fn leaf(_old: &Leaf<'_, Pmd>, _prot: PfnProt<Pmd>) -> SpecialLeaf<'static, Pmd> {
    let mut _prot = _prot;
    _prot.prot = _old.pgprot().into_raw(); //~ E0616
    SpecialLeaf::new(_prot)
}
