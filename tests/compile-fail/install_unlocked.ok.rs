// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed under the lock of its entry.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    Some(entry.lock(frames, Access::Read).ok()?.install())
}
