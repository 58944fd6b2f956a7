// SPDX-License-Identifier: GPL-2.0

//! Fork copies PTEs in C, which counts their pages.

use kernel::mm::pgtable::*;

pub fn keep<L: HugeLevel>(slots: ForkSlots<'_, L>) -> ForkSlots<'_, L> {
    slots
}
