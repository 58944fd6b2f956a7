// SPDX-License-Identifier: GPL-2.0

//! A leaf is made for a place, of frames: it is not put together.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    _place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _found: (*mut bindings::pmd_t, bindings::pmd_t),
) -> Result<NewLeaf<'v, 'd, Pmd>, NoLeaf> {
    let access = Access::Read;
    entry.leaf(frames, access)
}
