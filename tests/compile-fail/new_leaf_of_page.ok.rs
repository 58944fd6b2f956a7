// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count does not get the special bit.

use kernel::{
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
    page::Page,
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pte>,
    frames: DeviceBlock<'d, Pte>,
    _page: &Page,
) -> Result<InsertGuard<'v, 'd, Pte>, NotLocked> {
    entry.lock(frames, Access::Read)
}
