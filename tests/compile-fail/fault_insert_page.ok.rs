// SPDX-License-Identifier: GPL-2.0

//! A page that has a reference count is not mapped as a frame.

use kernel::{
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
    page::Page,
};

pub fn serve<'f>(
    fault: &Fault<'f, Pte>,
    _page: &Page,
    bar: &DeviceFrames,
) -> Result<Done<'f>, FaultError> {
    let _frames = bar.block::<Pte>(0).ok_or(FaultError::Sigbus)?;
    fault.insert_block(_frames)
}
