// SPDX-License-Identifier: GPL-2.0

//! A slot stays at the address that was compared with its vma.

use kernel::mm::pgtable::*;

pub fn slot<'t>(mut slot: Slot<'t, Pud>, _other: Slot<'t, Pud>) -> Slot<'t, Pud> {
    slot.0 = _other.0; //~ E0616
    slot
}
