// SPDX-License-Identifier: GPL-2.0

//! That fork copies one vma to the other is for C to say.

use kernel::{bindings::*, mm::pgtable::pages::*};

type Entry = (*const vm_area_struct, *mut pte_t);

/// # Safety
///
/// As for `ForkPte::from_raw()`.
pub unsafe fn is_exclusive(child: Entry, parent: Entry, addr: usize) -> bool {
    // SAFETY: The contract of this function.
    let mut fork = unsafe { ForkPte::from_raw(child, parent, addr) };
    fork.exclusive().is_some()
}
