// SPDX-License-Identifier: GPL-2.0

//! A place without its entry has no leaf: another entry could be locked for it.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _place: VmaBlock<'v, Pmd>,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    _place.lock(frames, Access::Read) //~ E0599
}
