// SPDX-License-Identifier: GPL-2.0

//! There is no way down from a PTE: there is no table below.

use kernel::mm::pgtable::*;

pub type Above<'t> = Slot<'t, Pte>;

pub fn lock(_slot: Above<'_>) -> bool {
    //~^ E0277
    false
}
