// SPDX-License-Identifier: GPL-2.0

//! The protection of another leaf has the cache mode of other frames.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _found: &PfnmapGuard<'_>,
    _access: Access,
) -> Result<(), NotInserted> {
    entry.insert(frames, _access)
}
