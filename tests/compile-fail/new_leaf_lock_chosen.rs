// SPDX-License-Identifier: GPL-2.0

//! The entry that is locked is the one that the fault has found: no other one is named.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn lock<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    access: Access,
    _other: *mut bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    entry.lock(frames, access, _other) //~ E0061
}
