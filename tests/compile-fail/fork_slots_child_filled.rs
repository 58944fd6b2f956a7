// SPDX-License-Identifier: GPL-2.0

//! The child's entry is filled by what its parent maps, not by a leaf for another place.

use kernel::{
    mm::{pfnmap::*, pgtable::*},
    prelude::*,
};

pub fn copy(slots: ForkSlots<'_, Pmd>, vma: &VmaPfnMap) -> Result {
    let _at = vma.start();
    // SAFETY: The child's entry is empty.
    let _entry = unsafe { FaultEntry::<Pmd>::from_raw(vma, _at, slots.child.as_ptr()) }; //~ E0616
    slots.copy()
}
