// SPDX-License-Identifier: GPL-2.0

//! Any frames are not frames that user space may access.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: PfnBlock<Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    place.leaf(frames, Access::Read) //~ E0308
}
