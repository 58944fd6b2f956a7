// SPDX-License-Identifier: GPL-2.0

//! Two entries that Rust has found are no parent and child: a leaf stays in its vma.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pmd>) -> Result {
    slots.copy()
}
