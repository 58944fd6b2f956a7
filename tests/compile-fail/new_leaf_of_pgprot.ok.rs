// SPDX-License-Identifier: GPL-2.0

//! The protection of another leaf has the cache mode of other frames.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _found: &Leaf<'_, Pmd>,
    _access: Access,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    place.leaf(frames, _access)
}
