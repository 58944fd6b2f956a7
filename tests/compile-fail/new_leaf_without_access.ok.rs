// SPDX-License-Identifier: GPL-2.0

//! A new leaf is made for an access, which says whether it is written.

use kernel::mm::{fault::*, pgtable::*};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _access: Access,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    place.leaf(frames, _access)
}
