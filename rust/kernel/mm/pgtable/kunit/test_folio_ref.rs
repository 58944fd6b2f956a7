// SPDX-License-Identifier: GPL-2.0

//! References to folios, and their lock.
//!
//! C header: [`include/linux/pagemap.h`](srctree/include/linux/pagemap.h)

use crate::{bindings, mm::folio::FolioRef, prelude::*};
use core::ptr::{null_mut, NonNull};

/// Two pages, of one folio or of none.
///
/// # Invariants
///
/// A reference to the first is ours, and nothing else knows the pages.
struct TwoPages(NonNull<bindings::page>);

impl TwoPages {
    /// Two pages of which C counts the first alone: the second is as one that is free.
    fn of_none() -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep.
        let page = unsafe { bindings::alloc_pages(bindings::GFP_KERNEL, 1) };
        // INVARIANT: The reference that pages are born with.
        NonNull::new(page).map(Self).ok_or(ENOMEM)
    }

    fn of_folio() -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep; node 0 is there.
        let folio =
            unsafe { bindings::__folio_alloc_noprof(bindings::GFP_KERNEL, 1, 0, null_mut()) };
        // INVARIANT: The reference that a folio is born with.
        NonNull::new(folio.cast()).map(Self).ok_or(ENOMEM)
    }

    fn first(&self) -> *mut bindings::page {
        self.0.as_ptr()
    }

    fn second(&self) -> *mut bindings::page {
        // SAFETY: There are two.
        unsafe { self.first().add(1) }
    }

    fn folio(&self) -> *mut bindings::folio {
        self.first().cast()
    }

    /// Takes a reference to the folio of the first page.
    fn get(&self) -> Result<FolioRef> {
        // SAFETY: The page stays.
        unsafe { FolioRef::try_get(self.first()) }.ok_or(EINVAL)
    }

    /// How many references there are, ours among them, and whether the folio is locked.
    fn state(&self) -> (i32, bool) {
        let folio = self.folio();
        // SAFETY: By the type invariant the folio is alive.
        unsafe {
            (
                bindings::folio_ref_count(folio),
                bindings::folio_test_locked(folio),
            )
        }
    }
}

impl Drop for TwoPages {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the reference is ours.
        unsafe { bindings::__free_pages(self.first(), 1) };
    }
}

#[macros::kunit_tests(rust_pgtable_folio_ref)]
mod tests {
    use super::*;

    #[test]
    fn counted() -> Result {
        let pages = TwoPages::of_folio()?;
        assert_eq!(pages.state(), (1, false));
        let one = pages.get()?;
        let two = pages.get()?;
        assert!(one.as_ptr() == pages.folio() && two.as_ptr() == pages.folio());
        assert_eq!(pages.state(), (3, false));
        drop(one);
        assert_eq!(pages.state(), (2, false));
        drop(two);
        assert_eq!(pages.state(), (1, false));
        Ok(())
    }

    /// No reference is taken to a page that is free, and a reference to any page is one to its
    /// folio.
    #[test]
    fn of_any_page() -> Result {
        let (none, folio) = (TwoPages::of_none()?, TwoPages::of_folio()?);
        // SAFETY: The page stays.
        assert!(unsafe { FolioRef::try_get(none.second()) }.is_none());
        assert_eq!(none.state(), (1, false));
        // SAFETY: The page stays.
        let tail = unsafe { FolioRef::try_get(folio.second()) }.ok_or(EINVAL)?;
        assert!(tail.as_ptr() == folio.folio());
        assert_eq!(folio.state(), (2, false));
        Ok(())
    }

    #[test]
    fn locked_once() -> Result {
        let pages = TwoPages::of_folio()?;
        let Ok(locked) = pages.get()?.try_lock() else {
            return Err(EBUSY);
        };
        assert_eq!(pages.state(), (2, true));
        // Without the lock the reference comes back.
        let waits = pages.get()?.try_lock().err().ok_or(EINVAL)?;
        assert_eq!(pages.state(), (3, true));
        drop(locked);
        assert_eq!(pages.state(), (2, false));
        let locked = waits.lock_killable()?;
        assert!(locked.as_ptr() == pages.folio());
        assert!(!locked.lock().dirty());
        assert_eq!(pages.state(), (2, true));
        drop(locked);
        assert_eq!(pages.state(), (1, false));
        Ok(())
    }

    /// The lock goes first: with the reference a folio is freed, and complains if it is locked.
    #[test]
    fn unlocked_before_freed() -> Result {
        // SAFETY: May be called by any thread that may sleep; node 0 is there.
        let folio =
            unsafe { bindings::__folio_alloc_noprof(bindings::GFP_KERNEL, 0, 0, null_mut()) };
        let folio = NonNull::new(folio).ok_or(ENOMEM)?;
        // SAFETY: The reference that a folio is born with.
        let last = unsafe { FolioRef::from_raw(folio.as_ptr()) };
        drop(last.lock_killable()?);
        Ok(())
    }
}
