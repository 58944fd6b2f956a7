// SPDX-License-Identifier: GPL-2.0

//! A migration that collects pages and restores them, and calls that only C makes.

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use core::{mem::ManuallyDrop, ptr::null_mut};
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use kernel::mm::{
    device_exclusive::{ExclusivePage, ExclusiveRange},
    notifier::Owner,
    MmWithUser, MmapReadGuard,
};
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

/// Takes consecutive pages; none, too, into an array that is a null pointer.
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
pub(crate) fn range<'mm>(
    mmap: &MmapReadGuard<'mm>,
    start: usize,
    pages: usize,
    owner: Owner,
) -> Result<ExclusiveRange<'mm>> {
    if pages == 0 && take_none(mmap, start) != 0 {
        return Err(EIO);
    }
    ExclusiveRange::make(mmap, start, pages, owner)
}

/// Takes no page into an array that is a null pointer, and releases it. Returns how many were
/// taken.
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
fn take_none(mmap: &MmapReadGuard<'_>, start: usize) -> usize {
    let (mm, owner, none) = (mmap.mm().as_raw(), null_mut(), null_mut());
    // SAFETY: The guard owns the mmap lock; nothing is written to the array of no page.
    let taken = unsafe { bindings::make_device_exclusive_range(mm, start, 0, owner, none) };
    // SAFETY: It is as it was left.
    unsafe { bindings::release_device_exclusive_range(none, 0) };
    taken
}

/// A guard whose lock is not held: the mistake of a driver. It takes pages, and is good for nothing
/// else.
///
/// # Invariants
///
/// The guard is not dropped, and was the only user's of its mm when it was made.
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
pub(crate) struct Unlocked<'mm>(ManuallyDrop<MmapReadGuard<'mm>>);

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
impl<'mm> Unlocked<'mm> {
    /// Fails with [`EBUSY`] unless the caller is the only user of the mm, so that nothing else changes
    /// its vmas.
    pub(crate) fn new(mm: &'mm MmWithUser) -> Result<Self> {
        let mmap = ManuallyDrop::new(mm.mmap_read_lock());
        // SAFETY: By the type invariant the mm is alive.
        let users =
            unsafe { bindings::atomic_read(&raw const (*mm.as_raw()).__bindgen_anon_1.mm_users) };
        // SAFETY: By its invariant the guard owns the lock, and it is not dropped.
        unsafe { bindings::mmap_read_unlock(mm.as_raw()) };
        // INVARIANT: Only one user passes.
        (users == 1).then_some(Self(mmap)).ok_or(EBUSY)
    }

    pub(crate) fn page(&self, address: usize, owner: Owner) -> Result<ExclusivePage<'mm>> {
        ExclusivePage::make(&self.0, address, owner)
    }

    pub(crate) fn range(
        &self,
        start: usize,
        pages: usize,
        owner: Owner,
    ) -> Result<ExclusiveRange<'mm>> {
        range(&self.0, start, pages, owner)
    }
}
