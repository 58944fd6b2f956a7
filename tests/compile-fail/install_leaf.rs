// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found in a table is not put elsewhere.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _found: Leaf<'_, Pmd>,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(_found, Access::Read) //~ E0308
}
