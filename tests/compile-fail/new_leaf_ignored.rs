// SPDX-License-Identifier: GPL-2.0

//! A leaf is made to be installed.

use kernel::{
    bindings,
    mm::{fault::*, pgtable::*},
};

/// # Safety
///
/// `_pmd` points at the entry for the block.
pub unsafe fn map(
    place: VmaBlock<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _pmd: *mut bindings::pmd_t,
) -> Option<Result<(), NotInstalled>> {
    place.leaf(frames, Access::Read)?; //~ unused_must_use
    Some(Ok(()))
}
