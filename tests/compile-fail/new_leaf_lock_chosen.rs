// SPDX-License-Identifier: GPL-2.0

//! The entry that is locked is the one that the fault has found: no other one is named.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    access: Access,
    _other: *mut bindings::pmd_t,
) -> Result<(), NotInserted> {
    entry.insert(frames, access, _other) //~ E0061
}
