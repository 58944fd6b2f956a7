// SPDX-License-Identifier: GPL-2.0

//! No leaf is special but by the constructor that sets the bit.

use kernel::mm::pgtable::*;

pub fn leaf(prot: PfnProt<Pmd>) -> SpecialLeaf<'static, Pmd> {
    SpecialLeaf::new(prot)
}
