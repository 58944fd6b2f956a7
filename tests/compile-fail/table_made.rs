// SPDX-License-Identifier: GPL-2.0
// error: E0624

//! A table comes from an entry that was looked at, not from a pointer.

use core::ptr::NonNull;
use kernel::{bindings, mm::pgtable::*};

pub type Raw = (NonNull<bindings::pud_t>, NonNull<bindings::mm_struct>);

pub fn child(table: Table<'_, Pud>, _raw: Raw, _addr: UserAddr) -> Slot<'_, Pmd> {
    Table::<Pud>::new(_raw.0, _raw.1, _addr).pmd()
}
