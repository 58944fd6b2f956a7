// SPDX-License-Identifier: GPL-2.0

//! Fork copies PTEs in C, which counts their pages.

use kernel::mm::pgtable::*;

pub fn keep(slots: ForkSlots<'_, Pte>) -> ForkSlots<'_, Pte> {
    //~^ E0277
    slots
}
