// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found in a table is not put elsewhere.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _found: Leaf<'_, Pmd>,
) -> Result<(), NotInserted> {
    entry.insert(_found, Access::Read) //~ E0308
}
