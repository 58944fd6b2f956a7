// SPDX-License-Identifier: GPL-2.0

//! Whether something was mapped is looked at.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve(fault: &Fault<'_, Pmd>, frames: DeviceBlock<Pmd>) {
    fault.insert(frames); //~ unused_must_use
}
