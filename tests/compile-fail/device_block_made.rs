// SPDX-License-Identifier: GPL-2.0

//! Frames are not declared a device's.

use kernel::mm::pgtable::*;

pub fn block(bar: &DeviceFrames, page: usize) -> Option<DeviceBlock<Pmd>> {
    PfnBlock::new(Pfn::new(page)).map(DeviceBlock) //~ E0423
}
