// SPDX-License-Identifier: GPL-2.0

//! Nothing is mapped at a level without a special bit.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map<L: Level>(entry: FaultEntry<'_, L>, frames: DeviceBlock<'_, L>) -> bool {
    //~^ E0277
    entry.insert(frames, Access::Read).is_ok() //~ E0599
}
