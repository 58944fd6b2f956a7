// SPDX-License-Identifier: GPL-2.0

//! Any frames are not frames that user space may access.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
) -> Result<NewLeaf<'v, 'd, Pmd>, NoLeaf> {
    entry.leaf(frames, Access::Read)
}
