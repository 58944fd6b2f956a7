// SPDX-License-Identifier: GPL-2.0

//! That two entries are those of a parent and its child is for C to say.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef, MmWithUser},
    prelude::*,
};

type Child<'t> = (&'t MmWithUser, *mut bindings::pmd_t);

pub fn copy(child: Child<'_>, parent: *mut bindings::pmd_t, vma: &VmaRef) -> Result {
    ForkSlots::<Pmd>::from_raw(child, parent, vma, vma.start()).copy() //~ E0133
}
