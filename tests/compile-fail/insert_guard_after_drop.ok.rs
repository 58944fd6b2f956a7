// SPDX-License-Identifier: GPL-2.0

//! A leaf that waits under the lock of its entry keeps its frames borrowed.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, bar: DeviceFrames) -> Option<Result<(), NotInstalled>> {
    let mut guard = entry.lock(bar.block(0)?, Access::Read).ok()?;
    let installed = guard.install();
    drop(guard);
    drop(bar);
    Some(installed)
}
