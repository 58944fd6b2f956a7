// SPDX-License-Identifier: GPL-2.0

//! The caller of an insert looks at whether something was mapped.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, bar: &DeviceFrames) -> Result<Done<'f>, FaultError> {
    fault.insert(bar); //~ unused_must_use
    Err(FaultError::Fallback)
}
