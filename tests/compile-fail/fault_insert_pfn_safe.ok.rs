// SPDX-License-Identifier: GPL-2.0

//! To map a frame by its number takes the driver's word.

use kernel::mm::{pfnmap::fault::*, pgtable::*};

pub fn serve<'f>(fault: &Fault<'f, Pmd>, first: Pfn) -> Result<Done<'f>, FaultError> {
    // SAFETY: The caller has it from a BAR of its own.
    unsafe { fault.insert_pfn(first) }
}
