// SPDX-License-Identifier: GPL-2.0

//! The protection that was found for frames of one level is no other level's.

use kernel::mm::pgtable::*;

pub fn leaf(prot: PfnProt<Pte>) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf::new(prot) //~ E0308
}
