// SPDX-License-Identifier: GPL-2.0

//! A frame that was looked up is returned while the lookup lasts, not where it is given away.

use kernel::mm::{pfnmap::PfnmapGuard, pgtable::MappedPfn};

pub fn frame<'g>(mapping: &'g PfnmapGuard<'_>) -> MappedPfn<'g> {
    mapping.pfn()
}
