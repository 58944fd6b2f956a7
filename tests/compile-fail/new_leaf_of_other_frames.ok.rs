// SPDX-License-Identifier: GPL-2.0

//! A leaf keeps the frames that it was made for: others need one of their own.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    other: DeviceBlock<'d, Pmd>,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    let _ = frames;
    entry.lock(other, Access::Read)
}
