// SPDX-License-Identifier: GPL-2.0

//! A migration to nowhere: pages are collected, and put back; and calls that only C makes.

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use core::{mem::ManuallyDrop, ptr::null_mut};
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use kernel::mm::{MmWithUser, MmapReadGuard};
use kernel::{
    bindings, current,
    error::to_result,
    page::PAGE_SIZE,
    prelude::*,
    time::{Instant, Monotonic},
};

/// Collects pages, all of one vma, and puts them back. Returns what collecting took, in
/// nanoseconds, and how many were ready to migrate.
pub(crate) fn collect(start: usize, pages: usize) -> Result<(i64, u64)> {
    let mut src = KVec::<usize>::from_elem(0, pages, GFP_KERNEL)?;
    let mut dst = KVec::<usize>::from_elem(0, pages, GFP_KERNEL)?;
    // Whatever waits in a CPU's batch for the LRU has a reference, and would not be collected.
    // SAFETY: May be called by any thread that may sleep.
    unsafe { bindings::lru_add_drain_all() };
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

/// Takes no page into an array that is a null pointer, and releases it. Returns how many were
/// taken.
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
pub(crate) fn take_none(mmap: &MmapReadGuard<'_>, start: usize) -> usize {
    let (mm, owner, none) = (mmap.mm().as_raw(), null_mut(), null_mut());
    // SAFETY: The guard owns the mmap lock; nothing is written to the array of no page.
    let taken = unsafe { bindings::make_device_exclusive_range(mm, start, 0, owner, none) };
    // SAFETY: It is as it was left.
    unsafe { bindings::release_device_exclusive_range(none, 0) };
    taken
}

/// Calls `call` with a guard whose lock is not held: the mistake of a driver. Fails with [`EBUSY`]
/// unless the caller is the only user of the mm, so that nothing else changes its vmas.
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
pub(crate) fn without_lock<R>(
    mm: &MmWithUser,
    call: impl FnOnce(&MmapReadGuard<'_>) -> R,
) -> Result<R> {
    let mmap = ManuallyDrop::new(mm.mmap_read_lock());
    // SAFETY: By the type invariant the mm is alive.
    let users =
        unsafe { bindings::atomic_read(&raw const (*mm.as_raw()).__bindgen_anon_1.mm_users) };
    // SAFETY: By its invariant the guard owns the lock, and it is not dropped.
    unsafe { bindings::mmap_read_unlock(mm.as_raw()) };
    if users != 1 {
        return Err(EBUSY);
    }
    Ok(call(&mmap))
}
