// SPDX-License-Identifier: GPL-2.0

//! That two entries are those of a parent and its child is for C to say.

use kernel::{
    bindings,
    mm::{pgtable::*, virt::VmaRef, MmWithUser},
    prelude::*,
};

type Child<'t> = (&'t MmWithUser, *mut bindings::pmd_t);

/// # Safety
///
/// As for `ForkSlots::from_raw()`.
pub unsafe fn copy(child: Child<'_>, parent: *mut bindings::pmd_t, vma: &VmaRef) -> Result {
    // SAFETY: The contract of this function.
    unsafe { ForkSlots::<Pmd>::from_raw(child, parent, vma, vma.start()) }.copy()
}
