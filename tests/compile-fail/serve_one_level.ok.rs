// SPDX-License-Identifier: GPL-2.0

//! What serves a fault of any level serves one of a page, too.

use kernel::mm::{pfnmap::fault::*, pfnmap::*};

pub struct Bar(pub DeviceFrames);

impl<'f> Serve<'f> for &Bar {
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        fault.insert(&self.0)
    }
}
