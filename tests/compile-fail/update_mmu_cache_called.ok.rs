// SPDX-License-Identifier: GPL-2.0

//! The architecture is told of an entry by what fills it, and not of another.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> bool {
    entry.insert(frames, Access::Read).is_ok()
}
