// SPDX-License-Identifier: GPL-2.0

//! A leaf is locked at the entry of its own block: a fault does not move to another.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    let mut entry = entry;
    entry.address += Pmd::SIZE; //~ E0616
    entry.insert(frames, Access::Read)
}
