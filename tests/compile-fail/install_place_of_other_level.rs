// SPDX-License-Identifier: GPL-2.0

//! The place of one page is not that of a block.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pte>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read) //~ E0308
}
