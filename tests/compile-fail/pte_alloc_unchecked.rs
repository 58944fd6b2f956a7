// SPDX-License-Identifier: GPL-2.0

//! A PTE need not have a table, nor get one.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn is_installed(entry: FaultEntry<'_, Pte>, frames: DeviceBlock<'_, Pte>) -> Option<bool> {
    let mut guard = entry.lock(frames, Access::Read);
    Some(guard.install().is_ok()) //~ E0599
}
