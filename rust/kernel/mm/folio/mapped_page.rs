// SPDX-License-Identifier: GPL-2.0

//! A page that an entry names, while the lock of the entry is held.
//!
//! C header: [`include/linux/page-flags.h`](srctree/include/linux/page-flags.h)

use super::FolioLock;
use crate::bindings;
use core::{marker::PhantomData, ptr::NonNull};

/// A page that an entry maps or names. Equivalent to what C's `vm_normal_page()` and
/// `softleaf_to_page()` return.
///
/// # Invariants
///
/// An entry, whose lock is held while `'g` lasts, owns a reference to the folio of the page,
/// `folio`, and this is not split for that long.
#[derive(Clone, Copy)]
pub struct MappedPage<'g> {
    page: NonNull<bindings::page>,
    // Kept, for it takes some instructions to find.
    folio: NonNull<bindings::folio>,
    _entry: PhantomData<&'g ()>,
}

impl<'g> MappedPage<'g> {
    /// Takes the page of an entry.
    ///
    /// # Safety
    ///
    /// The entry owns a reference to its folio, as all do that can be made of a page, and its lock
    /// is held while `'g` lasts.
    #[inline]
    pub(in crate::mm) unsafe fn new(page: NonNull<bindings::page>) -> Self {
        // SAFETY: The contract of this function: the page is alive.
        let folio = unsafe { bindings::page_folio(page.as_ptr()) };
        // SAFETY: A folio has an address; the contract of this function.
        unsafe { Self::of_folio(page, NonNull::new_unchecked(folio)) }
    }

    /// As [`Self::new()`], for a page whose folio C has looked up.
    ///
    /// # Safety
    ///
    /// As for [`Self::new()`]; `folio` is that of the page.
    #[inline]
    pub(in crate::mm) unsafe fn of_folio(
        page: NonNull<bindings::page>,
        folio: NonNull<bindings::folio>,
    ) -> Self {
        // INVARIANT: The contract of this function; to split a folio its entries are taken away.
        Self {
            page,
            folio,
            _entry: PhantomData,
        }
    }

    /// Returns C's page, which is good for as long as `self`.
    #[inline]
    pub fn as_ptr(&self) -> *mut bindings::page {
        self.page.as_ptr()
    }

    /// Returns C's folio of the page, which is good for as long as `self`. Equivalent to C's
    /// `page_folio()`.
    #[inline]
    pub fn folio(&self) -> *mut bindings::folio {
        self.folio.as_ptr()
    }

    /// Returns the frame number of the page, in pages. Equivalent to C's `page_to_pfn()`.
    #[inline]
    pub fn pfn(&self) -> usize {
        // SAFETY: By the type invariant the page is alive.
        unsafe { bindings::page_to_pfn(self.as_ptr()) }
    }

    /// Whether the folio is anonymous. Equivalent to C's `folio_test_anon()`.
    #[inline]
    pub fn is_anon(&self) -> bool {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_test_anon(self.folio()) }
    }

    /// Whether the folio is memory of one page that belongs to an anonymous vma or to a file.
    #[inline]
    pub fn is_plain(&self) -> bool {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_is_plain(self.folio()) }
    }

    /// Locks the folio unless it is locked. Equivalent to C's `folio_trylock()`.
    #[inline]
    pub fn try_lock(&self) -> Option<FolioLock<'g>> {
        // SAFETY: By the type invariant the folio is alive.
        if !unsafe { bindings::folio_trylock(self.folio()) } {
            return None;
        }
        // SAFETY: The lock was just taken; the entry keeps the folio while `'g` lasts.
        Some(unsafe { FolioLock::new(self.folio) })
    }

    /// Which counter of a mm the page is counted by. Equivalent to C's `mm_counter()`.
    #[inline]
    pub fn mm_counter(&self) -> usize {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::mm_counter(self.folio()) as usize }
    }

    /// How many references to the folio there are. Equivalent to C's `folio_ref_count()`.
    #[inline]
    pub fn ref_count(&self) -> i32 {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_ref_count(self.folio()) }
    }

    /// How many mappings of the folio there are, all of its pages counted. Equivalent to C's
    /// `folio_mapcount()`.
    #[inline]
    pub fn mapcount(&self) -> i32 {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_mapcount(self.folio()) }
    }

    /// How many pages the folio has. Equivalent to C's `folio_nr_pages()`.
    #[inline]
    pub fn folio_pages(&self) -> usize {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_nr_pages(self.folio()) as usize }
    }

    /// Whether the folio has changes that are nowhere else. Equivalent to C's `folio_test_dirty()`.
    #[inline]
    pub fn folio_dirty(&self) -> bool {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_test_dirty(self.folio()) }
    }

    /// Whether the folio is locked. Equivalent to C's `folio_test_locked()`.
    #[inline]
    pub fn folio_locked(&self) -> bool {
        // SAFETY: By the type invariant the folio is alive.
        unsafe { bindings::folio_test_locked(self.folio()) }
    }

    /// Tells reclaim that the folio is in use. Equivalent to C's `folio_mark_accessed()`.
    #[inline]
    pub fn mark_accessed(&self) {
        // SAFETY: By the type invariant the folio is alive; gup marks it under the lock of the entry,
        // too.
        unsafe { bindings::folio_mark_accessed(self.folio()) };
    }

    /// Tells the architecture that the page may be written through a mapping of a device.
    /// Equivalent to C's `flush_dcache_page()`.
    #[inline]
    pub fn flush_dcache(&self) {
        // SAFETY: By the type invariant the page is alive.
        unsafe { bindings::flush_dcache_page(self.as_ptr()) };
    }

    /// Whether the page is anonymous, and one process's alone. Equivalent to C's
    /// `PageAnonExclusive()`.
    #[inline]
    pub fn anon_exclusive(&self) -> bool {
        // SAFETY: By the type invariant the page is alive, and anonymous by the first test.
        self.is_anon() && unsafe { bindings::PageAnonExclusive(self.as_ptr()) }
    }
}
