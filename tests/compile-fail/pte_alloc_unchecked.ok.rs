// SPDX-License-Identifier: GPL-2.0

//! A PTE need not have a table, nor get one.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(entry: FaultEntry<'_, Pte>, frames: DeviceBlock<'_, Pte>) -> Result<(), NotInserted> {
    let () = entry.insert(frames, Access::Read)?;
    Ok(())
}
