// SPDX-License-Identifier: GPL-2.0

//! A migration to nowhere: pages are collected, and put back.

use kernel::{
    bindings, current,
    error::to_result,
    page::PAGE_SIZE,
    prelude::*,
    time::{Instant, Monotonic},
};

/// Collects pages, all of one vma, and puts them back. Returns what collecting took, in nanoseconds,
/// and how many were ready to migrate.
pub(crate) fn collect(start: usize, pages: usize) -> Result<(i64, u64)> {
    let mut src = KVec::<usize>::from_elem(0, pages, GFP_KERNEL)?;
    let mut dst = KVec::<usize>::from_elem(0, pages, GFP_KERNEL)?;
    let task = current!();
    let mm = task.mm().ok_or(EINVAL)?;
    let mmap = mm.mmap_read_lock();
    let vma = mmap.vma_lookup(start).ok_or(EFAULT)?;
    let end = start.checked_add(pages * PAGE_SIZE).ok_or(EFAULT)?;
    if vma.end() < end {
        return Err(EFAULT);
    }
    let mut args = bindings::migrate_vma {
        vma: vma.as_ptr(),
        src: src.as_mut_ptr(),
        dst: dst.as_mut_ptr(),
        start,
        end,
        flags: bindings::migrate_vma_direction_MIGRATE_VMA_SELECT_SYSTEM as usize,
        ..pin_init::zeroed()
    };
    let begin = Instant::<Monotonic>::now();
    // SAFETY: The mmap lock is held, and both arrays have room for all pages.
    to_result(unsafe { bindings::migrate_vma_setup(&mut args) })?;
    let ns = begin.elapsed().as_nanos();
    let collected = src
        .iter()
        .filter(|src| **src & bindings::MIGRATE_PFN_MIGRATE as usize != 0);
    let collected = collected.count() as u64;
    // SAFETY: They are as the setup left them; without a destination nothing moves.
    unsafe { bindings::migrate_vma_pages(&mut args) };
    // SAFETY: As above.
    unsafe { bindings::migrate_vma_finalize(&mut args) };
    Ok((ns, collected))
}
