// SPDX-License-Identifier: GPL-2.0

//! A new leaf is made for an access, which says whether it is written.

use kernel::mm::{pfnmap::fault::*, pfnmap::*, pgtable::*};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _access: Access,
) -> Result<(), NotInserted> {
    entry.insert(frames) //~ E0061
}
