// SPDX-License-Identifier: GPL-2.0

//! The caller of a write looks at whether other frames are mapped there.

use kernel::mm::{pfnmap::*, pgtable::*};

pub fn write(guard: &mut InsertGuard<'_, '_, Pmd>) -> Result<(), OtherFrames> {
    guard.mkwritten()?;
    Ok(())
}
