// SPDX-License-Identifier: GPL-2.0

//! Past the types, an entry is written by unsafe code alone.

use kernel::{bindings, mm::pgtable::*};

type Place<Raw> = (*mut bindings::mm_struct, usize, *mut Raw);

pub fn map<L: SpecialLevel>((mm, addr, ptr): Place<L::Raw>, leaf: L::Raw) {
    L::set_at(mm, addr, ptr, leaf); //~ E0133
}
