// SPDX-License-Identifier: GPL-2.0

//! A new leaf is made for an access, which says whether it is written.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _access: Access,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(frames) //~ E0061
}
