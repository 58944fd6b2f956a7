// SPDX-License-Identifier: GPL-2.0

//! A slot comes from a walk, not from a pointer.

use core::ptr::NonNull;
use kernel::{bindings, mm::pgtable::*};

pub type Raw = (NonNull<bindings::pud_t>, NonNull<bindings::mm_struct>);

pub fn slot(walk: Walk<'_>, _raw: Raw, _addr: UserAddr) -> Option<Slot<'_, Pud>> {
    Some(Slot::new(_raw.0, _raw.1, _addr)) //~ E0624
}
