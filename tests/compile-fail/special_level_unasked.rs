// SPDX-License-Identifier: GPL-2.0

//! At a level without a special bit there is no special leaf, instead of a bit that vanishes.

use kernel::mm::pgtable::*;

pub fn leaf<L: Level>(prot: PfnProt<L>) -> SpecialLeaf<'static, L> {
    //~^ E0277
    SpecialLeaf::new(prot)
    //~^ E0277
}
