// SPDX-License-Identifier: GPL-2.0

//! A driver maps frames that it has vouched for, not numbers.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, frames: PfnBlock<Pmd>) -> Result<Done<'f>, FaultError> {
    fault.insert_block(frames) //~ E0308
}
