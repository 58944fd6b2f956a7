// SPDX-License-Identifier: GPL-2.0

//! The place of one page is not that of a block.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pte>,
    frames: DeviceBlock<'d, Pmd>,
) -> Result<InsertGuard<'v, 'd, Pte>, NotLocked> {
    entry.lock(frames, Access::Read) //~ E0308
}
