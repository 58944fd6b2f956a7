// SPDX-License-Identifier: GPL-2.0

//! A page that an entry names, while the lock of the entry is held.
//!
//! C header: [`include/linux/page-flags.h`](srctree/include/linux/page-flags.h)

use super::{FolioLock, FolioRef, LockedFolio};
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
    folio: *mut bindings::folio,
    _entry: PhantomData<&'g ()>,
}

/// C's functions of the page, or of its folio.
macro_rules! by_page {
    ($($(#[$doc:meta])* $vis:vis fn $name:ident($field:ident $(, $arg:ident: $ty:ty)*) $(-> $ret:ty)? = $c:ident;)*) => { $(
        $(#[$doc])*
        #[inline]
        $vis fn $name(&self $(, $arg: $ty)*) $(-> $ret)? {
            // SAFETY: By the type invariant an entry, whose lock is held, has a reference to the folio, so
            // that page and folio are alive.
            unsafe { bindings::$c(self.$field() $(, $arg)*) }
        }
    )* };
}

impl<'g> MappedPage<'g> {
    /// Wraps the page of an entry.
    ///
    /// # Safety
    ///
    /// The entry owns a reference to the folio of `page`, as all do that can be made of a page, and its
    /// lock is held while `'g` lasts.
    #[inline]
    pub(in crate::mm) unsafe fn new(page: *mut bindings::page) -> Self {
        // SAFETY: The reference of the entry keeps the page.
        let folio = unsafe { bindings::page_folio(page) };
        // SAFETY: The entry owns a reference to the folio, which is that of the page.
        unsafe { Self::of_folio(page, folio) }
    }

    /// As [`Self::new()`], for a page whose folio C has looked up.
    ///
    /// # Safety
    ///
    /// As for [`Self::new()`]; `folio` is that of the page.
    #[inline]
    pub(in crate::mm) unsafe fn of_folio(
        page: *mut bindings::page,
        folio: *mut bindings::folio,
    ) -> Self {
        // INVARIANT: The entry owns the reference; to split a folio its entries are taken away.
        Self {
            // SAFETY: A page has an address.
            page: unsafe { NonNull::new_unchecked(page) },
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
        self.folio
    }

    by_page! {
        /// Returns the frame number of the page, in pages. Equivalent to C's `page_to_pfn()`.
        pub fn pfn(as_ptr) -> usize = page_to_pfn;

        /// Whether the folio is anonymous. Equivalent to C's `folio_test_anon()`.
        pub fn is_anon(folio) -> bool = folio_test_anon;

        /// Whether the folio is memory of one page that belongs to an anonymous vma or to a file.
        pub fn is_plain(folio) -> bool = folio_is_plain;

        /// How many references to the folio there are. Equivalent to C's `folio_ref_count()`.
        pub fn ref_count(folio) -> i32 = folio_ref_count;

        /// How many mappings of the folio there are, all of its pages counted. Equivalent to C's
        /// `folio_mapcount()`.
        pub fn mapcount(folio) -> i32 = folio_mapcount;

        /// Whether the folio has changes that are nowhere else. Equivalent to C's
        /// `folio_test_dirty()`.
        pub fn folio_dirty(folio) -> bool = folio_test_dirty;

        /// Whether the folio is locked. Equivalent to C's `folio_test_locked()`.
        pub fn folio_locked(folio) -> bool = folio_test_locked;

        /// Tells reclaim that the folio is in use, which gup, too, does under the lock of the entry.
        /// Equivalent to C's `folio_mark_accessed()`.
        pub fn mark_accessed(folio) = folio_mark_accessed;

        /// Tells the architecture that the page may be written through a mapping of a device.
        /// Equivalent to C's `flush_dcache_page()`.
        pub fn flush_dcache(as_ptr) = flush_dcache_page;

        /// Says that the folio has changes that are nowhere else. Equivalent to C's
        /// `folio_mark_dirty()`.
        pub(in crate::mm) fn mark_dirty(folio) -> bool = folio_mark_dirty;

        /// Returns what maps the page with `prot`. Equivalent to C's `mk_pte()`.
        pub(in crate::mm) fn mk_pte(as_ptr, prot: bindings::pgprot_t) -> bindings::pte_t = mk_pte;

        /// Returns the entry of a page that a device alone may access.
        pub(in crate::mm) fn exclusive_pte(as_ptr) -> bindings::pte_t = make_device_exclusive_pte;

        /// Returns the entry of a page in the memory of a device that may not be written.
        pub(in crate::mm) fn readable_private_pte(as_ptr) -> bindings::pte_t =
            make_readable_device_private_pte;

        fn counter(folio) -> crate::ffi::c_int = mm_counter;

        fn nr_pages(folio) -> crate::ffi::c_long = folio_nr_pages;

        fn trylock(folio) -> bool = folio_trylock;
    }

    /// Locks the folio unless it is locked. Equivalent to C's `folio_trylock()`.
    #[inline]
    pub fn try_lock(&self) -> Option<FolioLock<'g>> {
        let locked = self.trylock();
        // SAFETY: The lock was just taken; the entry keeps the folio while `'g` lasts.
        locked.then(|| unsafe { FolioLock::new(self.folio) })
    }

    /// As [`Self::try_lock()`], with a reference, so that the lock may outlive that of the entry. If
    /// the result is forgotten the folio stays locked: no second one is.
    #[inline]
    pub fn try_lock_folio(&self) -> Option<LockedFolio> {
        let locked = self.trylock();
        // SAFETY: The lock was just taken.
        locked.then(|| unsafe { LockedFolio::new(FolioRef::get_bounded(self)) })
    }

    /// Which counter of a mm the page is counted by. Equivalent to C's `mm_counter()`.
    #[inline]
    pub fn mm_counter(&self) -> usize {
        self.counter() as usize
    }

    /// How many pages the folio has. Equivalent to C's `folio_nr_pages()`.
    #[inline]
    pub fn folio_pages(&self) -> usize {
        self.nr_pages() as usize
    }

    /// Whether the page is anonymous, and one process's alone. Equivalent to C's
    /// `PageAnonExclusive()`.
    #[inline]
    pub fn anon_exclusive(&self) -> bool {
        // SAFETY: By the type invariant the page is alive, and anonymous by the first test.
        self.is_anon() && unsafe { bindings::PageAnonExclusive(self.as_ptr()) }
    }
}
