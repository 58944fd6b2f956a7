// SPDX-License-Identifier: GPL-2.0

//! That fork copies one vma to the other is for C to say.

use kernel::{
    bindings::*,
    mm::{notifier::*, pgtable::pages::*},
};

type Entry = (*const vm_area_struct, *mut pte_t);

/// # Safety
///
/// As for `ForkPte::from_raw()`.
pub unsafe fn shares(
    child: Entry,
    parent: Entry,
    addr: usize,
    unmapped: Unmapped<'_, All>,
) -> bool {
    // SAFETY: The contract of this function.
    let mut fork = unsafe { ForkPte::from_raw(child, parent, addr) };
    fork.share_exclusive(unmapped).is_ok()
}
