// SPDX-License-Identifier: GPL-2.0

//! A match on why a page is not mapped says what happens where the PMD has become a leaf.

use kernel::mm::{pfnmap::fault::FaultError, pfnmap::*};

pub fn answer(why: NotInserted) -> Result<(), FaultError> {
    match why {
        //~^ E0004
        NotInserted::Outside | NotInserted::L1tf => Err(FaultError::Sigbus),
        NotInserted::NoMemory => Err(FaultError::Oom),
        NotInserted::Poisoned => Err(FaultError::Hwpoison),
        NotInserted::OtherFrames => Err(FaultError::Sigbus),
    }
}
