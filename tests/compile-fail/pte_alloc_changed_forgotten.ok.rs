// SPDX-License-Identifier: GPL-2.0

//! A match on why a page is not mapped says what happens where the PMD has become a leaf.

use kernel::mm::{pfnmap::fault::FaultError, pfnmap::*};

pub fn answer(why: NotInserted) -> Result<(), FaultError> {
    match why {
        NotInserted::Outside | NotInserted::L1tf => Err(FaultError::Sigbus),
        NotInserted::NoMemory => Err(FaultError::Oom),
        NotInserted::Changed => Ok(()),
        NotInserted::Poisoned => Err(FaultError::Hwpoison),
        NotInserted::OtherFrames => Err(FaultError::Sigbus),
    }
}
