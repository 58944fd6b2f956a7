// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed before the driver gives its frames up.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, bar: DeviceFrames) -> Option<Result<(), NotInstalled>> {
    let leaf = entry.leaf(bar.block(0)?, Access::Read).ok()?;
    let installed = leaf.lock().ok()?.install();
    drop(bar);
    Some(installed)
}
