// SPDX-License-Identifier: GPL-2.0

//! Frames that L1TF would leak have no leaf: the caller says what happens then.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
) -> InsertGuard<'v, 'd, Pmd> {
    entry.lock(frames, Access::Read) //~ E0308
}
