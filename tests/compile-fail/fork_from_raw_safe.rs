// SPDX-License-Identifier: GPL-2.0

//! That fork copies one vma to the other is for C to say.

use kernel::{bindings::*, mm::pgtable::pages::*};

type Entry = (*const vm_area_struct, *mut pte_t);

pub fn is_exclusive(child: Entry, parent: Entry, addr: usize) -> bool {
    ForkPte::from_raw(child, parent, addr).exclusive().is_some() //~ E0133
}
