// SPDX-License-Identifier: GPL-2.0

//! A frame that was looked up is used before the lookup ends.

use kernel::mm::pfnmap::PfnmapGuard;

pub fn is_frame(mapping: PfnmapGuard<'_>, raw: usize) -> bool {
    let pfn = mapping.pfn();
    drop(mapping); //~ E0505
    pfn.as_raw() == raw
}
