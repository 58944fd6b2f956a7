// SPDX-License-Identifier: GPL-2.0

//! A frame that a table happens to map may be a folio's: it gets no leaf.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pte>,
    frames: DeviceBlock<'d, Pte>,
    _found: Leaf<'_, Pte>,
) -> Result<InsertGuard<'v, 'd, Pte>, NotLocked> {
    entry.lock(frames, Access::Read)
}
