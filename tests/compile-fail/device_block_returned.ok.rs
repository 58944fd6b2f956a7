// SPDX-License-Identifier: GPL-2.0

//! A block of frames is returned while the frames are borrowed, not when they are given away.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn first<'d>(bar: &'d DeviceFrames) -> Option<DeviceBlock<'d, Pmd>> {
    bar.block(0)
}
