// SPDX-License-Identifier: GPL-2.0

//! Any frames are not frames that user space may access.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)
}
