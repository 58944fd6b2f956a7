// SPDX-License-Identifier: GPL-2.0

//! The bits of a protection stay what was found for the frames.

use kernel::mm::pgtable::*;

pub fn leaf(_old: &Leaf<'_, Pmd>, _prot: PfnProt<Pmd>) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf::new(_prot)
}
