// SPDX-License-Identifier: GPL-2.0

//! Past the types, no entry is written, not even by unsafe code.

use kernel::{
    bindings,
    mm::{pfnmap::fault::*, pfnmap::*, pgtable::*},
};

type Place<Raw> = (*mut bindings::mm_struct, usize, *mut Raw);

/// # Safety
///
/// The entry is empty, and its lock is held.
pub unsafe fn map<L: SpecialLevel>(
    entry: FaultEntry<'_, L>,
    frames: DeviceBlock<'_, L>,
    (_mm, _addr, _ptr): Place<L::Raw>,
    _leaf: L::Raw,
) -> Result<(), NotInserted> {
    entry.insert(frames, Access::Read)
}
