// SPDX-License-Identifier: GPL-2.0

//! The results of taking consecutive pages for a device.
//!
//! C header: [`include/linux/device_exclusive.h`](srctree/include/linux/device_exclusive.h)

#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use super::counter;
use crate::{
    bindings,
    error::{from_err_ptr, to_result},
    mm::{
        folio::{FolioLock, FolioRef, LockedFolio},
        notifier::{Others, Unmapped},
        pgtable::{events, pages::BatchLeaf, Level, Pte},
        virt::VmaRef,
        MmWithUser, MmapReadGuard,
    },
    page::{PAGE_MASK, PAGE_SIZE},
    prelude::*,
    types::NotThreadSafe,
};
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
use core::sync::atomic::AtomicU64;
use core::{
    mem::ManuallyDrop,
    ops::{Deref, Range},
    ptr::null_mut,
};

/// Results of taking consecutive pages for a device: each a page, an error, or nothing yet.
///
/// # Invariants
///
/// Each element is an `ERR_PTR()` or a page that was made exclusive; for each page a reference to
/// its folio is ours; for each run of elements that are pages of one folio, if those that are
/// errors are passed over, the lock of that folio is ours.
pub struct ExclusivePages<'a> {
    pages: &'a mut [*mut bindings::page],
    // The folio of the last page that was taken, and the first page that may be taken now: `Drop`
    // goes by their order.
    last: *mut bindings::folio,
    next: usize,
    taken: usize,
}

/// The folio of a page is locked. Has a reference to wait with.
pub struct Busy(pub FolioRef);

impl<'a> ExclusivePages<'a> {
    /// Takes room for results, none of which is there yet.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::{mm::device_exclusive::ExclusivePages, prelude::*};
    ///
    /// let mut room = [core::ptr::null_mut(); 2];
    /// let mut pages = ExclusivePages::new(&mut room);
    /// pages.fail(0, EFAULT);
    /// assert!(!pages.is_pending(0));
    /// assert!(pages.is_pending(1));
    /// assert_eq!(pages.pending(), Some(1..2));
    /// assert_eq!(pages.taken(), 0);
    /// # Ok::<(), Error>(())
    /// ```
    #[inline]
    pub fn new(pages: &'a mut [*mut bindings::page]) -> Self {
        pages.fill(EAGAIN.to_ptr());
        // INVARIANT: They are errors.
        Self {
            pages,
            last: null_mut(),
            next: 0,
            taken: 0,
        }
    }

    /// Returns how many pages were asked for.
    #[inline]
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether no page was asked for.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Returns how many pages were taken.
    #[inline]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// Whether there is no result for page `i` yet.
    #[inline]
    pub fn is_pending(&self, i: usize) -> bool {
        self.pages
            .get(i)
            .is_some_and(|page| *page == EAGAIN.to_ptr())
    }

    /// Whether there is a page without a result.
    #[inline]
    pub fn any_pending(&self) -> bool {
        self.pages.contains(&EAGAIN.to_ptr())
    }

    /// Returns the pages from the first to the last without a result, or `None` if each has one.
    #[inline]
    pub fn pending(&self) -> Option<Range<usize>> {
        let mut pending = (0..self.len()).filter(|i| self.is_pending(*i));
        let first = pending.next()?;
        let last = pending.next_back().unwrap_or(first);
        Some(first..last + 1)
    }

    /// Sets the result of page `i`, if there is none.
    #[inline]
    pub fn fail(&mut self, i: usize, error: Error) {
        if self.is_pending(i) {
            self.pages[i] = error.to_ptr();
        }
    }

    /// Sets the result of all pages that have none.
    #[inline]
    pub fn fail_pending(&mut self, error: Error) {
        for page in self
            .pages
            .iter_mut()
            .filter(|page| **page == EAGAIN.to_ptr())
        {
            *page = error.to_ptr();
        }
    }

    /// Makes page `i`, which `leaf` maps, exclusive, if it has no result and may be, and no page
    /// after it was taken. `held` is used if it locks the folio of the page.
    ///
    /// If the folio is locked, be it by the caller for an earlier page of another run, and is the first
    /// that is, it is left in `busy`, unless no reference is left to wait with.
    #[inline]
    pub fn take(
        &mut self,
        i: usize,
        leaf: BatchLeaf<'_>,
        held: &mut Option<LockedFolio>,
        unmapped: Unmapped<'_, Others>,
        busy: &mut Option<Busy>,
    ) {
        if i < self.next || !self.is_pending(i) || !leaf.writable() {
            return;
        }
        let found = leaf.page();
        let folio = found.folio();
        let mut locked = None;
        if folio != self.last {
            let held = held.take_if(|held| held.as_ptr() == folio);
            locked = held.or_else(|| found.try_lock_folio());
            if locked.is_none() {
                if busy.is_none() {
                    *busy = FolioRef::get(&found).map(Busy);
                }
                return;
            }
        }
        // SAFETY: Lock and reference are those of `locked`, or by the type invariant those of the last page.
        // Neither is released by this.
        let lock = ManuallyDrop::new(unsafe { FolioLock::new(folio) });
        if let Some(page) = leaf.into_exclusive(&lock, unmapped) {
            match locked {
                Some(locked) => locked.into_raw(),
                None => FolioRef::get_bounded(&page).into_raw(),
            };
            self.put(i, page.as_ptr(), folio);
        }
    }

    /// Takes over a page that was made exclusive, a reference to `folio`, its own, and the lock, if
    /// it is not that of the last page.
    #[inline]
    fn put(&mut self, i: usize, page: *mut bindings::page, folio: *mut bindings::folio) {
        // INVARIANT: Reference and lock were given away for it.
        self.pages[i] = page;
        self.last = folio;
        self.next = i + 1;
        self.taken += 1;
    }

    /// Traces the result of each page; `start` is the address of the first, in bytes.
    #[inline]
    pub fn trace(&self, mmap: &MmapReadGuard<'_>, start: usize) {
        let mm = mmap.mm();
        events::device_exclusive_make(|| {
            self.pages.iter().enumerate().map(move |(i, result)| {
                let (pfn, error) = match from_err_ptr(*result) {
                    // SAFETY: By the type invariant a reference keeps the page.
                    Ok(page) => (unsafe { bindings::page_to_pfn(page) }, 0),
                    Err(error) => (0, error.to_errno()),
                };
                let address = start.wrapping_add(i * PAGE_SIZE);
                (mm.into(), address, Pte::LEVEL, pfn, error)
            })
        });
    }

    /// Gives what was taken to C.
    #[inline]
    pub fn into_raw(self) -> usize {
        ManuallyDrop::new(self).taken
    }

    /// Takes back what [`Self::into_raw()`] gave.
    ///
    /// # Safety
    ///
    /// `pages` are as [`Self::into_raw()`] left them, and not released yet.
    #[inline]
    pub unsafe fn from_raw(pages: &'a mut [*mut bindings::page]) -> Self {
        // INVARIANT: They are as they were left; no page is taken any more.
        Self {
            next: pages.len(),
            pages,
            last: null_mut(),
            taken: 0,
        }
    }

    /// Returns the word at `offset`, in bytes, of page `i` for atomic access; fails as taking the
    /// page did, or with [`EINVAL`] if there is no such page or word.
    #[inline]
    #[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
    pub(in crate::mm) fn counter(&self, i: usize, offset: usize) -> Result<&AtomicU64> {
        let page = from_err_ptr(*self.pages.get(i).ok_or(EINVAL)?)?;
        // SAFETY: By the type invariant a reference keeps the page.
        unsafe { counter(page, offset) }.ok_or(EINVAL)
    }
}

impl Drop for ExclusivePages<'_> {
    fn drop(&mut self) {
        let mut last = null_mut();
        for result in self.pages.iter_mut() {
            let Ok(page) = from_err_ptr(*result) else {
                continue;
            };
            // No caller finds a page there that is no longer ours.
            *result = EAGAIN.to_ptr();
            // SAFETY: By the type invariant a reference keeps the page, and its folio what it is.
            let folio = unsafe { bindings::page_folio(page) };
            if folio != last {
                // SAFETY: By the type invariant the lock of each run is ours.
                unsafe { bindings::folio_unlock(folio) };
            }
            last = folio;
            // SAFETY: By the type invariant the reference is ours.
            unsafe { bindings::folio_put(folio) };
        }
    }
}

/// The mmap lock, held by C.
///
/// # Invariants
///
/// C holds the lock while the value is used.
pub struct CallerMmap<'a>(ManuallyDrop<MmapReadGuard<'a>>);

impl<'a> CallerMmap<'a> {
    /// Borrows the lock; warns if it is not held, as C's `mmap_assert_locked()`.
    ///
    /// # Safety
    ///
    /// The lock of `mm` is held for reading or writing while the result is used.
    #[inline]
    pub unsafe fn new(mm: &'a MmWithUser) -> Self {
        // SAFETY: By its type invariant the mm is alive.
        unsafe { bindings::mmap_assert_locked(mm.as_raw()) };
        // INVARIANT: The caller holds the lock, and nothing here releases it.
        Self(ManuallyDrop::new(MmapReadGuard {
            mm,
            _nts: NotThreadSafe,
        }))
    }
}

impl<'a> Deref for CallerMmap<'a> {
    type Target = MmapReadGuard<'a>;

    #[inline]
    fn deref(&self) -> &MmapReadGuard<'a> {
        &self.0
    }
}

impl<'a> MmapReadGuard<'a> {
    /// Returns the mm.
    #[inline]
    pub fn mm(&self) -> &'a MmWithUser {
        self.mm
    }

    /// Has the anonymous page at `address`, in bytes, mapped by a PTE, writable. It may be gone
    /// again when this returns.
    ///
    /// Fails as [`ExclusivePage::make()`]. Context: may sleep; no folio is locked. Equivalent to
    /// C's `get_user_page_vma_remote()`.
    pub fn fault_in_anon(&self, address: usize) -> Result {
        let flags = bindings::FOLL_GET | bindings::FOLL_WRITE | bindings::FOLL_SPLIT_PMD;
        let mut page = null_mut();
        // SAFETY: The mmap lock is held, and `page` is valid for writing.
        let got = unsafe {
            bindings::get_user_pages_remote(
                self.mm.as_raw(),
                address & PAGE_MASK,
                1,
                flags,
                &mut page,
                null_mut(),
            )
        };
        to_result(got as i32)?;
        // SAFETY: gup gave a reference to the page.
        let folio = unsafe { bindings::page_folio(page) };
        // SAFETY: The reference is ours.
        let folio = unsafe { FolioRef::from_raw(folio) };
        // gup ignores the tag of an address; no vma has an address with one.
        self.vma_lookup(address).ok_or(EINVAL)?;
        // SAFETY: The reference keeps the folio.
        let anon = unsafe {
            bindings::folio_test_anon(folio.as_ptr())
                && !bindings::folio_test_hugetlb(folio.as_ptr())
        };
        anon.then_some(()).ok_or(EOPNOTSUPP)
    }
}

impl VmaRef {
    /// Whether gup takes pages of the vma to write to them. Equivalent to C's `check_vma_flags()`
    /// of `mm/gup.c` for `FOLL_WRITE`.
    #[inline]
    pub fn gup_may_write(&self) -> bool {
        // SAFETY: By the type invariant the vma is alive.
        unsafe { bindings::vma_gup_may_write(self.as_ptr()) }
    }
}
