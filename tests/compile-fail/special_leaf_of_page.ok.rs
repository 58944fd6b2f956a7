// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count does not get the special bit.

use kernel::mm::pgtable::*;

pub fn leaf(prot: PfnProt<Pte>) -> SpecialLeaf<'static, Pte> {
    SpecialLeaf::new(prot)
}
