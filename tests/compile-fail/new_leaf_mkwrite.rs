// SPDX-License-Identifier: GPL-2.0

//! A leaf is made writable for a write, and by what the vma allows.

use kernel::{
    bindings,
    mm::{fault::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    place: VmaBlock<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _raw: bindings::pmd_t,
) -> Option<NewLeaf<'v, 'd, Pmd>> {
    let _raw = place.mkwrite_later(_raw); //~ E0624
    place.leaf(frames, Access::Write)
}
