// SPDX-License-Identifier: GPL-2.0

//! What one fault was answered with is no answer to another.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f, 'other>(
    fault: &Fault<'f, Pmd>,
    _other: &Fault<'other, Pmd>,
    bar: &DeviceFrames,
) -> Result<Done<'f>, FaultError> {
    let _address = fault.address();
    _other.insert(bar) //~ lifetime may not live long enough
}
