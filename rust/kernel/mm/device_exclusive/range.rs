// SPDX-License-Identifier: GPL-2.0

//! Consecutive pages that a device alone may access.
//!
//! C header: [`include/linux/device_exclusive.h`](srctree/include/linux/device_exclusive.h)

use super::ExclusivePages;
use crate::{
    bindings,
    mm::{notifier::Owner, MmWithUser, MmapReadGuard},
    prelude::*,
};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::null_mut, sync::atomic::AtomicU64};

/// Consecutive pages, of which those that could be taken are a device's: locked, and referenced.
/// Equivalent to C's `make_device_exclusive_range()` and `release_device_exclusive_range()`.
///
/// # Invariants
///
/// `pages` are as `make_device_exclusive_range()` left them, and not released.
///
/// # Examples
///
/// ```
/// use kernel::{
///     mm::{device_exclusive::ExclusiveRange, notifier::Owner, MmapReadGuard},
///     prelude::*,
/// };
///
/// /// How many of 16 pages the device could have at once.
/// fn try_all(mmap: &MmapReadGuard<'_>, address: usize) -> Result<usize> {
///     Ok(ExclusiveRange::make(mmap, address, 16, Owner::NONE)?.taken())
/// }
/// ```
#[must_use = "dropping it lets CPUs take the pages back at once"]
pub struct ExclusiveRange<'mm> {
    pages: KVec<*mut bindings::page>,
    taken: usize,
    _mm: PhantomData<&'mm MmWithUser>,
}

impl<'mm> ExclusiveRange<'mm> {
    /// Takes `count` pages from `address`, in bytes, on; which it could, [`Self::counter()`] tells.
    /// Does nothing if `count` is 0.
    ///
    /// Fails with [`ENOMEM`] without memory for the results. Context: may sleep; no memory of user
    /// space is touched while the result lives.
    pub fn make(
        mmap: &MmapReadGuard<'mm>,
        address: usize,
        count: usize,
        owner: Owner,
    ) -> Result<Self> {
        let mut pages = KVec::from_elem(null_mut(), count, GFP_KERNEL)?;
        let (mm, out) = (mmap.mm().as_raw(), pages.as_mut_ptr());
        // SAFETY: The mmap lock is held, and there is room for the results.
        let taken = unsafe {
            bindings::make_device_exclusive_range(mm, address, count, owner.as_raw(), out)
        };
        // INVARIANT: As it left them.
        Ok(Self {
            pages,
            taken,
            _mm: PhantomData,
        })
    }

    /// Returns how many pages were taken.
    #[inline]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Returns the word at `offset`, in bytes, of page `i` for atomic access. Fails as taking the
    /// page did: see [`ExclusivePage::make()`], and [`EBUSY`] if it is to be asked for again; and
    /// with [`EINVAL`] if there is no such page or word.
    ///
    /// [`ExclusivePage::make()`]: super::ExclusivePage::make
    #[inline]
    pub fn counter(&mut self, i: usize, offset: usize) -> Result<&AtomicU64> {
        // SAFETY: By the type invariant; nothing is dropped.
        let pages = ManuallyDrop::new(unsafe { ExclusivePages::from_raw(&mut self.pages) });
        let counter = core::ptr::from_ref(pages.counter(i, offset)?);
        // SAFETY: The page is kept while `self` lives.
        Ok(unsafe { &*counter })
    }
}

impl Drop for ExclusiveRange<'_> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant they are ours to release.
        drop(unsafe { ExclusivePages::from_raw(&mut self.pages) });
    }
}
