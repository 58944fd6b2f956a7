// SPDX-License-Identifier: GPL-2.0

//! A slot comes from a walk, not from a pointer.

use core::ptr::NonNull;
use kernel::{bindings::*, mm::pgtable::*};

pub type Raw = (NonNull<pud_t>, NonNull<vm_area_struct>, NonNull<mm_struct>);

pub fn slot(walk: Walk<'_>, (_ptr, _vma, _mm): Raw, _addr: UserAddr) -> Option<Slot<'_, Pud>> {
    walk.pud()
}
