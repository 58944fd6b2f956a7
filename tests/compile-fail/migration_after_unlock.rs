// SPDX-License-Identifier: GPL-2.0

//! What was cleared is flushed before the lock of its vma is released.

use kernel::{
    bindings,
    mm::{pgtable::pages::*, MmapReadGuard},
};

pub fn collect(
    mmap: MmapReadGuard<'_>,
    address: usize,
    ptep: *mut bindings::pte_t,
) -> Option<usize> {
    let vma = mmap.vma_lookup(address)?;
    let mut moving = 0;
    // SAFETY: The caller has found the entry, locked its table, and told secondary MMUs.
    let mut run = unsafe { PteRun::from_raw(ptep, vma, address..vma.end()) };
    drop(mmap); //~ E0505
    run.flush(|page| moving += usize::from(page.is_some()));
    Some(moving)
}
