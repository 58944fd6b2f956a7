// SPDX-License-Identifier: GPL-2.0

//! Frames that L1TF would leak have no leaf: the caller says what happens then.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> bool {
    entry.insert(frames, Access::Read) //~ E0308
}
