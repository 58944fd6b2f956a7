// SPDX-License-Identifier: GPL-2.0

//! No write goes on to frames that were not wanted there: the caller says what happens instead.

use kernel::mm::{pfnmap::fault::FaultError, pfnmap::*};

pub fn answer(why: NotInserted) -> Result<(), FaultError> {
    match why {
        //~^ E0004
        NotInserted::Outside | NotInserted::L1tf => Err(FaultError::Sigbus),
        NotInserted::NoMemory => Err(FaultError::Oom),
        NotInserted::Changed => Ok(()),
        NotInserted::Poisoned => Err(FaultError::Hwpoison),
    }
}
