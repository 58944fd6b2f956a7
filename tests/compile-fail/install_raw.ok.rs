// SPDX-License-Identifier: GPL-2.0

//! What is put into a table has the special bit: a raw value may lack it.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _raw: bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(frames, Access::Read)
}
