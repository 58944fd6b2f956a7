// SPDX-License-Identifier: GPL-2.0

//! A mapping is not overwritten: a match on what became of a leaf says what happens instead.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(guard: &mut InsertGuard<'_, '_, Pmd>) -> Result<(), FaultError> {
    match guard.install() {
        Ok(()) => Ok(()),
        Err(NotInstalled::Poisoned) => Err(FaultError::Fallback),
        Err(NotInstalled::Occupied) => Err(FaultError::Fallback),
    }
}
