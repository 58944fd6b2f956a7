// SPDX-License-Identifier: GPL-2.0

//! That user space may access a block of frames is said by unsafe code.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, frames: PfnBlock<Pmd>) -> Result<Done<'f>, FaultError> {
    fault.insert_block(DeviceBlock::from_raw(frames)) //~ E0133
}
