// SPDX-License-Identifier: GPL-2.0

//! A place without its entry has no leaf: another entry could be locked for it.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _place: VmaBlock<'_, Pmd>,
) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)
}
