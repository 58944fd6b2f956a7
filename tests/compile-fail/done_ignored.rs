// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! A fault that was served is not answered with an error.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, frames: DeviceBlock<Pmd>) -> Result<Done<'f>, FaultError> {
    fault.insert(frames)?;
    Err(FaultError::Sigbus)
}
