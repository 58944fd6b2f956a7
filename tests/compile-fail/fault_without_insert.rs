// SPDX-License-Identifier: GPL-2.0

//! A fault is not served before something is mapped for it.

use kernel::mm::{fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, frames: DeviceBlock<Pmd>) -> Result<Done<'f>, FaultError> {
    match fault.access() {
        Access::Read => fault.insert(frames),
        Access::Write => Ok(()), //~ E0308
    }
}
