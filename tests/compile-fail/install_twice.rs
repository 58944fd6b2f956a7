// SPDX-License-Identifier: GPL-2.0

//! One leaf is put into one entry.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Option<Result<(), NotInstalled>> {
    let installed = entry.lock(frames, Access::Write).ok()?.install();
    let _again = entry.lock(frames, Access::Write).ok()?.install(); //~ E0382
    Some(installed)
}
