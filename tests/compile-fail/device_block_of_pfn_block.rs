// SPDX-License-Identifier: GPL-2.0

//! Any frames are not frames that user space may access.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: PfnBlock<Pmd>,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(frames, Access::Read) //~ E0308
}
