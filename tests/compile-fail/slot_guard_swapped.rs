// SPDX-License-Identifier: GPL-2.0

//! Two guards do not change places with their entries alone: each would release the other's lock.

use kernel::mm::pgtable::*;

pub fn swap<'t>(one: &mut SlotGuard<'t, Pmd>, two: &mut SlotGuard<'t, Pmd>) {
    core::mem::swap(&mut **one, &mut **two); //~ E0614
}
