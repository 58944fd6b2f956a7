// SPDX-License-Identifier: GPL-2.0

//! The protection of another leaf has the cache mode of other frames.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _found: &PfnmapGuard<'_>,
    _access: Access,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(frames, _found.pgprot()) //~ E0308
}
