// SPDX-License-Identifier: GPL-2.0

//! A leaf is made for a place, of frames: it is not put together.

use kernel::{
    bindings,
    mm::{fault::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _raw: bindings::pmd_t,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    let _access = Access::Read;
    Some(NewLeaf {
        raw: _raw, //~ E0451
        place,
        frames,
    })
}
