// SPDX-License-Identifier: GPL-2.0

//! A leaf is made writable for a write, and by what the vma allows.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    writable: bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    let mut leaf = entry.lock(frames, Access::Read)?;
    leaf.raw = writable; //~ E0616
    Ok(leaf)
}
