// SPDX-License-Identifier: GPL-2.0

//! The copy of a leaf maps what the leaf maps: other frames need a protection of their own.

use kernel::mm::pgtable::*;

pub fn other(old: &Special<'_, Pmd>, prot: PfnProt<Pmd>) -> SpecialLeaf<'static, Pmd> {
    let mut leaf = old.copied();
    leaf.0 = SpecialLeaf::new(prot).0; //~ E0616
    leaf
}
