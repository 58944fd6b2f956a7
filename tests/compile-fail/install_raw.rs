// SPDX-License-Identifier: GPL-2.0

//! What is put into a table has the special bit: a raw value may lack it.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn map(
    entry: FaultEntry<'_, Pmd>,
    frames: DeviceBlock<'_, Pmd>,
    _raw: bindings::pmd_t,
) -> Result<(), NotInserted> {
    entry.insert(_raw, Access::Read) //~ E0308
}
