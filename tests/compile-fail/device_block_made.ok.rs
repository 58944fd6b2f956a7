// SPDX-License-Identifier: GPL-2.0

//! Frames are not declared a device's.

use core::marker::PhantomData;
use kernel::mm::{pfnmap::*, pgtable::*};

pub type Borrow<'d> = PhantomData<&'d DeviceFrames>;

pub fn block<'d>(_bar: &'d DeviceFrames, page: usize) -> Option<DeviceBlock<'d, Pmd>> {
    let _borrow: Borrow<'d> = PhantomData;
    _bar.block(page)
}
