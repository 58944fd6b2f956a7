// SPDX-License-Identifier: GPL-2.0

//! A leaf that was found in a table is not put elsewhere.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _found: Leaf<'_, Pmd>,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    place.leaf(frames, Access::Read)
}
