// SPDX-License-Identifier: GPL-2.0

//! The caller of an insert looks at whether the leaf is there.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pmd>, frames: DeviceBlock<'_, Pmd>) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read); //~ unused_must_use
    Ok(())
}
