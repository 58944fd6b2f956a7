// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count does not get the special bit.

use kernel::{
    mm::{fault::*, pgtable::*},
    page::Page,
};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pte>,
    frames: DeviceBlock<'d, Pte>,
    _page: &Page,
) -> Option<NewLeaf<'v, 'd, Pte>> {
    place.leaf(frames, Access::Read)
}
