// SPDX-License-Identifier: GPL-2.0

//! The child's entry is filled by what its parent maps, not by a leaf for another place.

use kernel::{
    mm::{pfnmap::*, pgtable::*},
    prelude::*,
};

pub fn copy(slots: ForkSlots<'_, Pmd>, vma: &VmaPfnMap) -> Result {
    let _at = vma.start();
    slots.copy()
}
