// SPDX-License-Identifier: GPL-2.0

//! A fault of a level without a special bit maps nothing.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f, L: Level>(
    fault: &Fault<'f, L>,
    bar: &DeviceFrames,
) -> Result<Done<'f>, FaultError> {
    fault.insert(bar) //~ E0599
}
