// SPDX-License-Identifier: GPL-2.0

//! A block of frames is not kept for longer than the frames are borrowed.

use kernel::mm::{pfnmap::*, pgtable::*};

pub struct Kept<'k>(pub Option<DeviceBlock<'k, Pmd>>);

impl<'k> Kept<'k> {
    pub fn keep(&mut self, bar: &'k DeviceFrames) {
        self.0 = bar.block(0);
    }
}
