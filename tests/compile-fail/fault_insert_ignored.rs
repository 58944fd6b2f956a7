// SPDX-License-Identifier: GPL-2.0
// error: unused_must_use

//! Whether something was mapped is looked at.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve(fault: &Fault<'_, Pmd>, frames: DeviceBlock<Pmd>) {
    fault.insert(frames);
}
