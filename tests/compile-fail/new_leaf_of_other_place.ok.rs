// SPDX-License-Identifier: GPL-2.0

//! A leaf is installed at the place that it was made for, and in no other vma.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    other: VmaBlock<'v, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    let _ = place;
    other.leaf(frames, Access::Read)
}
