// SPDX-License-Identifier: GPL-2.0

//! One fault locks its entry once: a second lock would wait for the first.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn lock<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
) -> Option<InsertGuard<'v, 'd, Pmd>> {
    let guard = entry.lock(frames, Access::Read).ok()?;
    Some(guard)
}
