// SPDX-License-Identifier: GPL-2.0

//! A frame that a table happens to map may be a folio's: it gets no leaf.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pte>,
    frames: DeviceBlock<'_, Pte>,
    _found: Leaf<'_, Pte>,
) -> Result<(), NotInserted> {
    entry.insert(_found.pfn(), Access::Read) //~ E0308
}
