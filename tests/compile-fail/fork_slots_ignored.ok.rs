// SPDX-License-Identifier: GPL-2.0

//! The caller of a copy looks at whether the parent has a leaf.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pmd>) -> Result {
    slots.copy()?;
    Ok(())
}
