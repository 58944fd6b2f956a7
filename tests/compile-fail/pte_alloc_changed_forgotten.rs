// SPDX-License-Identifier: GPL-2.0

//! A match on why a PTE is not locked says what happens where the PMD has become a leaf.

use kernel::mm::{pfnmap::fault::FaultError, pfnmap::*};

pub fn answer(not_locked: NotLocked) -> Result<(), FaultError> {
    match not_locked {
        //~^ E0004
        NotLocked::Outside | NotLocked::L1tf => Err(FaultError::Sigbus),
        NotLocked::NoMemory => Err(FaultError::Oom),
    }
}
