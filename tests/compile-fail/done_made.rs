// SPDX-License-Identifier: GPL-2.0

//! That a fault was served is for the insert to say.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(
    fault: &Fault<'f, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
) -> Result<Done<'f>, FaultError> {
    match fault.access() {
        Access::Read => fault.insert_block(frames),
        Access::Write => Ok(Done(core::marker::PhantomData)), //~ E0423
    }
}
