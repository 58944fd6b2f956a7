// SPDX-License-Identifier: GPL-2.0

//! A leaf is made before the driver gives its frames up.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, bar: DeviceFrames) -> Option<Result<(), NotInserted>> {
    let frames = bar.block(0)?;
    drop(bar); //~ E0505
    Some(entry.insert(frames, Access::Read))
}
