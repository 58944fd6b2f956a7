// SPDX-License-Identifier: GPL-2.0

//! One fault maps its entry once.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)?;
    entry.insert(frames, Access::Read) //~ E0382
}
