// SPDX-License-Identifier: GPL-2.0

//! A PUD is special where the architecture says so: elsewhere one maps by a lower level.

use kernel::mm::pgtable::*;

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
pub fn leaf<L: TableLevel>(prot: PfnProt<L>) -> SpecialLeaf<'static, L> {
    //[x86_64]~^ E0277
    SpecialLeaf::new(prot)
    //[x86_64]~^ E0277
}

#[cfg(not(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP))]
pub fn leaf(prot: PfnProt<Pud>) -> SpecialLeaf<'static, Pud> {
    //[arm64]~^ E0277
    SpecialLeaf::new(prot)
    //[arm64]~^ E0277
}
