// SPDX-License-Identifier: GPL-2.0

//! A leaf is locked at the entry of its own block: a fault does not move to another.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
) -> Result<NewLeaf<'v, 'd, Pmd>, NoLeaf> {
    let mut entry = entry;
    entry.address += Pmd::SIZE; //~ E0616
    entry.leaf(frames, Access::Read)
}
