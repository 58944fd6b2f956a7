// SPDX-License-Identifier: GPL-2.0

//! At a level without a special bit there is no special leaf, instead of a bit that vanishes.

use kernel::mm::pgtable::*;

pub fn leaf<L: SpecialLevel>(prot: PfnProt<L>) -> SpecialLeaf<'static, L> {
    SpecialLeaf::new(prot)
}
