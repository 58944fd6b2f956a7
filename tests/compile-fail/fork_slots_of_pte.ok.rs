// SPDX-License-Identifier: GPL-2.0

//! Fork copies PTEs in C, which counts their pages.

use kernel::{mm::pgtable::*, prelude::*};

pub fn copy<L: HugeLevel>(slots: ForkSlots<'_, L>) -> Result {
    slots.copy()
}
