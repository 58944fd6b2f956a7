// SPDX-License-Identifier: GPL-2.0

//! Which entries may be moved together is for C to say.

use kernel::{
    bindings,
    mm::{pgtable::pages::*, virt::VmaRef},
};

pub fn run(ptep: *mut bindings::pte_t, vma: &VmaRef) -> PteRun<'_> {
    // SAFETY: The caller has locked the entry.
    unsafe { PteRun::from_raw(ptep, vma, vma.start()..vma.end()) }
}
