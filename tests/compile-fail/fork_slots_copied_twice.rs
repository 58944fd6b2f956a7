// SPDX-License-Identifier: GPL-2.0

//! The child's entry is filled once.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pmd>) -> Result {
    slots.copy()?;
    slots.copy() //~ E0382
}
