// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count does not get the special bit.

use kernel::{
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
    page::Page,
};

pub fn map(
    entry: FaultEntry<'_, Pte>,
    frames: DeviceBlock<'_, Pte>,
    _page: &Page,
) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)
}
