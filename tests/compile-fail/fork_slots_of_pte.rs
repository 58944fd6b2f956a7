// SPDX-License-Identifier: GPL-2.0
// error: E0277

//! Fork copies PTEs in C, which counts their pages.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy(slots: ForkSlots<'_, Pte>) -> Result {
    slots.copy()
}
