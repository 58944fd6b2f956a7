// SPDX-License-Identifier: GPL-2.0

//! Folios: what keeps one alive, and its lock.
//!
//! A page that an entry maps is alive while the lock of the entry is held ([`MappedPage`]). To keep it
//! for longer, take a reference ([`FolioRef`]) and then the lock ([`FolioLock`]): a folio that may be
//! freed meanwhile cannot be locked.
//!
//! The folio lock nests inside the mmap lock and outside the page-table locks. Under a page-table
//! lock it can only be tried.
//!
//! C header: [`include/linux/pagemap.h`](srctree/include/linux/pagemap.h)

use crate::{bindings, error::to_result, prelude::*};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};

mod mapped_page;
pub use mapped_page::MappedPage;

/// A reference to a folio.
///
/// # Invariants
///
/// A reference to the folio is ours.
#[must_use = "dropping it gives the reference back"]
pub struct FolioRef(NonNull<bindings::folio>);

impl FolioRef {
    /// Takes a reference, or returns `None` if so many were forgotten that the count would overflow,
    /// which would free the folio. Equivalent to C's `try_get_page()`.
    #[inline]
    pub fn get(page: &MappedPage<'_>) -> Option<Self> {
        (page.ref_count() > 0).then(|| Self::get_bounded(page))
    }

    /// As [`Self::get()`], for a caller that gives it to an entry, or has the lock of the folio: there
    /// are not enough of these to overflow the count.
    #[inline]
    pub(super) fn get_bounded(page: &MappedPage<'_>) -> Self {
        let folio = page.folio();
        // SAFETY: By its invariant the entry of the page owns a reference.
        unsafe { bindings::folio_get(folio) };
        // SAFETY: The reference was just taken.
        unsafe { Self::from_raw(folio) }
    }

    /// Takes a reference to the folio of a page that may be free, or part of another folio by now:
    /// only a look at an entry under its lock tells. Equivalent to C's `folio_try_get()`.
    ///
    /// # Safety
    ///
    /// `page` has a `struct page` that stays, as that of memory does.
    #[inline]
    pub unsafe fn try_get(page: *mut bindings::page) -> Option<Self> {
        // SAFETY: `page` has a `struct page` that stays.
        let folio = unsafe { bindings::page_folio(page) };
        // SAFETY: The function accepts a folio that is free.
        if !unsafe { bindings::folio_try_get(folio) } {
            return None;
        }
        // SAFETY: The reference was just taken.
        Some(unsafe { Self::from_raw(folio) })
    }

    /// Takes over a reference.
    ///
    /// # Safety
    ///
    /// The caller has a reference to the folio, and gives it away.
    #[inline]
    pub(super) unsafe fn from_raw(folio: *mut bindings::folio) -> Self {
        // INVARIANT: The caller gives the reference away.
        // SAFETY: A folio has an address.
        Self(unsafe { NonNull::new_unchecked(folio) })
    }

    /// Returns C's folio.
    #[inline]
    pub fn as_ptr(&self) -> *mut bindings::folio {
        self.0.as_ptr()
    }

    /// Gives the reference to C.
    #[inline]
    pub(super) fn into_raw(self) -> *mut bindings::folio {
        ManuallyDrop::new(self).as_ptr()
    }

    /// Locks the folio unless it is locked. Equivalent to C's `folio_trylock()`.
    #[inline]
    pub fn try_lock(self) -> Result<LockedFolio, Self> {
        // SAFETY: By the type invariant the folio is alive.
        if unsafe { bindings::folio_trylock(self.as_ptr()) } {
            // SAFETY: The lock was just taken.
            Ok(unsafe { LockedFolio::new(self) })
        } else {
            Err(self)
        }
    }

    /// Locks the folio, and waits for it; fails with [`EINTR`] if the thread is killed meanwhile.
    /// Equivalent to C's `folio_lock_killable()`.
    #[inline]
    pub fn lock_killable(self) -> Result<LockedFolio> {
        // SAFETY: By the type invariant the folio is alive.
        to_result(unsafe { bindings::folio_lock_killable(self.as_ptr()) })?;
        // SAFETY: The lock was just taken.
        Ok(unsafe { LockedFolio::new(self) })
    }

    /// Locks the folio, and waits as the fault lets it; fails with what the fault handler returns.
    /// Equivalent to C's `folio_lock_or_retry()`.
    ///
    /// # Safety
    ///
    /// `vmf` is a live fault. Where this fails, its locks may be released.
    #[inline]
    pub unsafe fn lock_or_retry(
        self,
        vmf: *mut bindings::vm_fault,
    ) -> Result<LockedFolio, bindings::vm_fault_t> {
        // SAFETY: The fault is live; by the type invariant the folio is alive.
        match unsafe { bindings::folio_lock_or_retry(self.as_ptr(), vmf) } {
            // SAFETY: The lock was just taken.
            0 => Ok(unsafe { LockedFolio::new(self) }),
            retry => Err(retry),
        }
    }
}

impl Drop for FolioRef {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant the reference is ours.
        unsafe { bindings::folio_put(self.as_ptr()) };
    }
}

/// The lock of a folio, held.
///
/// # Invariants
///
/// The lock is held and ours to release, and a reference keeps the folio while `'f` lasts.
#[must_use = "dropping it unlocks the folio at once"]
pub struct FolioLock<'f> {
    folio: NonNull<bindings::folio>,
    _reference: PhantomData<&'f ()>,
}

impl FolioLock<'_> {
    /// Takes over a lock.
    ///
    /// # Safety
    ///
    /// The caller holds the lock of the folio, and gives it away; a reference to the folio stays
    /// while the result lives.
    #[inline]
    pub(super) unsafe fn new(folio: *mut bindings::folio) -> Self {
        // INVARIANT: The caller gives the lock away, and a reference stays.
        Self {
            // SAFETY: A folio has an address.
            folio: unsafe { NonNull::new_unchecked(folio) },
            _reference: PhantomData,
        }
    }

    /// Whether it is the folio of `page` that is locked: a page changes its folio when that is
    /// split.
    #[inline]
    pub(super) fn is_of(&self, page: &MappedPage<'_>) -> bool {
        self.folio.as_ptr() == page.folio()
    }

    /// Whether the folio has changes that are nowhere else. Equivalent to C's `folio_test_dirty()`.
    #[inline]
    pub fn dirty(&self) -> bool {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_test_dirty(self.folio.as_ptr()) }
    }
}

impl Drop for FolioLock<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant the lock is ours, and the folio is alive.
        unsafe { bindings::folio_unlock(self.folio.as_ptr()) };
    }
}

/// A folio that is locked, and the reference that was taken before.
///
/// # Invariants
///
/// Lock and reference are ours.
#[must_use = "dropping it unlocks the folio at once"]
pub struct LockedFolio {
    // Fields are dropped in this order: unlocked first, given back then.
    lock: FolioLock<'static>,
    reference: FolioRef,
}

impl LockedFolio {
    /// Takes over a lock.
    ///
    /// # Safety
    ///
    /// The caller holds the lock of the folio, and gives it away.
    #[inline]
    pub(super) unsafe fn new(reference: FolioRef) -> Self {
        Self {
            // SAFETY: The caller gives the lock away; `reference` is given back after it is dropped.
            lock: unsafe { FolioLock::new(reference.as_ptr()) },
            reference,
        }
    }

    /// Takes over lock and reference.
    ///
    /// # Safety
    ///
    /// The caller holds lock and reference of the folio, and gives them away.
    #[inline]
    pub(super) unsafe fn from_raw(folio: *mut bindings::folio) -> Self {
        // SAFETY: The caller gives the reference away.
        let reference = unsafe { FolioRef::from_raw(folio) };
        // SAFETY: It gives the lock away, too.
        unsafe { Self::new(reference) }
    }

    /// Returns the lock.
    #[inline]
    pub fn lock(&self) -> &FolioLock<'_> {
        &self.lock
    }

    /// Returns C's folio.
    #[inline]
    pub fn as_ptr(&self) -> *mut bindings::folio {
        self.reference.as_ptr()
    }

    /// Gives lock and reference to C.
    #[inline]
    pub(super) fn into_raw(self) -> *mut bindings::folio {
        ManuallyDrop::new(self).as_ptr()
    }
}
