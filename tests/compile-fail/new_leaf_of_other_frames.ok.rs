// SPDX-License-Identifier: GPL-2.0

//! A leaf keeps the frames that it was made for: others need one of their own.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    other: DeviceBlock<'d, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    let _ = frames;
    place.leaf(other, Access::Read)
}
