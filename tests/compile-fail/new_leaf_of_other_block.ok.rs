// SPDX-License-Identifier: GPL-2.0

//! A leaf is locked at the entry of its own block: a fault does not move to another.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)
}
