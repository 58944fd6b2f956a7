// SPDX-License-Identifier: GPL-2.0

//! Frames that were inserted at one block are asked for again before they are at another.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, frames: DeviceBlock<Pmd>) -> Result<Done<'f>, FaultError> {
    fault.insert(frames)
}
