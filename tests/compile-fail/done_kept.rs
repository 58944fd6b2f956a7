// SPDX-License-Identifier: GPL-2.0

//! An answer is not kept for a later fault.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub struct Kept<'k>(pub Option<Done<'k>>);

impl<'k> Kept<'k> {
    pub fn serve<'f>(&mut self, fault: &Fault<'f, Pmd>, bar: &DeviceFrames) {
        self.0 = fault.insert(bar).ok(); //~ lifetime may not live long enough
    }
}
