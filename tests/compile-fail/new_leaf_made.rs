// SPDX-License-Identifier: GPL-2.0

//! A leaf is made for an entry, of frames: it is not put together.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

pub fn leaf<'v, 'd>(
    entry: FaultEntry<'v, Pmd>,
    _guard: SlotGuard<'v, Pmd>,
    frames: DeviceBlock<'d, Pmd>,
    _raw: bindings::pmd_t,
) -> Result<InsertGuard<'v, 'd, Pmd>, NotLocked> {
    let _ = (entry, Access::Read);
    Ok(InsertGuard {
        guard: _guard, //~ E0451
        frames,
        raw: _raw,
    })
}
