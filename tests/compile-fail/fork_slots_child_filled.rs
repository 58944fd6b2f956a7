// SPDX-License-Identifier: GPL-2.0

//! The child's entry is filled by what its parent maps, not by a leaf for another place.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pmd>, _leaf: NewLeaf<'_, '_, Pmd>) -> Result {
    // SAFETY: The child's entry is empty.
    let _guard = unsafe { _leaf.lock(slots.child.as_ptr()) }; //~ E0616
    slots.copy()
}
