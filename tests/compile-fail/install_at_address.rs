// SPDX-License-Identifier: GPL-2.0

//! An address alone is no place: it may lie outside of any vma for frames.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    place.addr().leaf(frames, Access::Read) //~ E0599
}
