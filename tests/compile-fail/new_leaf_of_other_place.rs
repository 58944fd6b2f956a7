// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed at the place that it was made for, and in no other vma.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _other: SlotGuard<'v, Pmd>,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    let mut leaf = entry.lock(frames, Access::Read)?;
    leaf.guard = _other; //~ E0616
    Ok(leaf)
}
