// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found is written to for the frames that are wanted there: others may be.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn write(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> bool {
    entry.insert(frames, Access::Write).is_ok()
}
