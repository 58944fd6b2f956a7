// SPDX-License-Identifier: GPL-2.0

//! The bits of a leaf stay what was found for its frames and its vma.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _raw: bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    let mut leaf = entry.lock(frames, Access::Read)?;
    leaf.raw = _raw; //~ E0616
    Ok(leaf)
}
