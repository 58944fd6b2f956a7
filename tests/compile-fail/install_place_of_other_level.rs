// SPDX-License-Identifier: GPL-2.0

//! The place of one page is not that of a block.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pte>,
    frames: DeviceBlock<'d, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pte>> {
    place.leaf(frames, Access::Read) //~ E0308
}
