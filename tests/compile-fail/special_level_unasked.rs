// SPDX-License-Identifier: GPL-2.0

//! At a level without a special bit there is no special leaf, instead of a bit that vanishes.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn is_possible<L: Level>(entry: FaultEntry<'_, L>, frames: DeviceBlock<'_, L>) -> bool {
    //~^ E0277
    entry.insert(frames, Access::Read).is_ok() //~ E0599
}
