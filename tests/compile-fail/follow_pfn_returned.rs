// SPDX-License-Identifier: GPL-2.0

//! A frame that was looked up is returned while the lookup lasts, not where it is given away.

use kernel::mm::{pfnmap::PfnmapGuard, pgtable::MappedPfn};

pub fn frame<'v>(mapping: PfnmapGuard<'v>) -> MappedPfn<'v> {
    mapping.pfn() //~ E0515
}
