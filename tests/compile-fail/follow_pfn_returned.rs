// SPDX-License-Identifier: GPL-2.0

//! A frame that was looked up is returned to who holds the lookup, not to who gave it away.

use kernel::mm::{pfnmap::PfnmapGuard, pgtable::MappedPfn};

pub fn frame<'v>(mapping: PfnmapGuard<'v>) -> MappedPfn<'v> {
    mapping.pfn() //~ E0515
}
