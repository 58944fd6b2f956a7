// SPDX-License-Identifier: GPL-2.0

//! Who serves a fault of whatever level serves those of pages too.

use kernel::mm::{fault::*, pgtable::*};

pub struct Bar(pub DeviceFrames);

impl<'f> Serve<'f> for &Bar {
    fn serve<L: InsertLevel + TableLevel>(
        //~^ E0276
        self,
        fault: &Fault<'f, L>,
    ) -> Result<Done<'f>, FaultError> {
        fault.insert(self.0.block(0).ok_or(FaultError::Fallback)?)
    }
}
