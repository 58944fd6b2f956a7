// SPDX-License-Identifier: GPL-2.0

//! A PUD is special where the architecture says so: elsewhere a lower level maps.

use kernel::mm::{pfnmap::*, pgtable::*};

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
pub fn keep<'v, 'd, L: TableLevel>(leaf: NewLeaf<'v, 'd, L>) -> NewLeaf<'v, 'd, L> {
    //[x86_64]~^ E0277
    leaf
}

#[cfg(not(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP))]
pub fn keep<'v, 'd>(leaf: NewLeaf<'v, 'd, Pud>) -> NewLeaf<'v, 'd, Pud> {
    //[arm64]~^ E0277
    leaf
}
