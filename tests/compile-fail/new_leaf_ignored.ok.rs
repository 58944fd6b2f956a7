// SPDX-License-Identifier: GPL-2.0

//! A leaf is made to be installed.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    let mut guard = entry.lock(frames, Access::Read).ok()?;
    Some(guard.install())
}
