// SPDX-License-Identifier: GPL-2.0

//! An entry for a page that a device has, made by hand and taken back.
//!
//! C header: [`include/linux/mmu_notifier.h`](srctree/include/linux/mmu_notifier.h)

use super::{
    test_mm::{block_addr, TestMm},
    test_put::{exclusive_in, kept, marked, Bits, Put, BLOCK},
    UserAddr, VmaPage,
};
use crate::{
    bindings,
    mm::{
        folio::{FolioRef, LockedFolio},
        notifier::{Event, InvalidateRange},
    },
    page::{Page, PAGE_SIZE},
    prelude::*,
};

fn folio_of(page: &Page) -> Result<FolioRef> {
    // SAFETY: The page stays.
    unsafe { FolioRef::try_get(page.as_ptr()) }.ok_or(EINVAL)
}

pub(super) fn locked(page: &Page) -> Result<LockedFolio> {
    folio_of(page)?.try_lock().map_err(|_| EBUSY)
}

/// An address of a mm.
type At<'a> = (&'a TestMm, usize);

/// Takes the page of an entry that was put by hand back, at `at`, when no secondary MMU maps
/// `unmapped`.
fn restore(
    put: &Put<'_>,
    folio: &LockedFolio,
    at: At<'_>,
    unmapped: At<'_>,
) -> Result<Option<Bits>> {
    let mmap = at.0.mm().mmap_read_lock();
    let vma = mmap.vma_lookup(at.1).ok_or(EFAULT)?;
    let place = VmaPage::new(vma, at.1).ok_or(EFAULT)?;
    let addresses = unmapped.1..unmapped.1 + PAGE_SIZE;
    let mut range = InvalidateRange::new(unmapped.0.mm(), addresses, Event::Clear);
    let notified = range.start();
    put.look(|guard| {
        let unmapped = notified.unmapped(UserAddr::new(unmapped.1))?;
        let leaf = exclusive_in(guard.entry())?.restore(folio.lock(), unmapped, &place)?;
        Some(Bits::of(&leaf))
    })
}

#[macros::kunit_tests(rust_pgtable_restore)]
mod tests {
    use super::*;

    fn exclusive(page: &Page) -> bindings::pte_t {
        // SAFETY: The function computes a value, of a page that is alive.
        unsafe { bindings::make_device_exclusive_pte(page.as_ptr()) }
    }

    /// What an entry made by hand of a page of nobody comes back as.
    fn comes_back(soft_dirty: bool, uffd: bool) -> Result<Option<Bits>> {
        let page = Page::alloc_page(GFP_KERNEL)?;
        let test = TestMm::with(0)?;
        let put = Put::new(&test, marked(exclusive(&page), soft_dirty, uffd))?;
        let at = (&test, block_addr(BLOCK));
        restore(&put, &locked(&page)?, at, at)
    }

    /// Old, clean, and not to be written: the page is no anonymous one of this process alone.
    #[test]
    fn restored() {
        for (soft_dirty, uffd) in [(false, false), (true, false), (false, true), (true, true)] {
            let found = comes_back(soft_dirty, uffd);
            let (soft_dirty, uffd) = kept(soft_dirty, uffd);
            let bits = Bits {
                soft_dirty,
                uffd,
                ..Bits::default()
            };
            assert_eq!(found, Ok(Some(bits)));
        }
    }

    /// The entry stays as it is by the lock of another folio, for another page of addresses, and if
    /// it is that which is unmapped.
    #[test]
    fn not_restored() -> Result {
        let (page, other) = (Page::alloc_page(GFP_KERNEL)?, Page::alloc_page(GFP_KERNEL)?);
        let (test, other_mm) = (TestMm::with(0)?, TestMm::with(0)?);
        let pte = marked(exclusive(&page), true, true);
        let put = Put::new(&test, pte)?;
        let (folio, at) = (locked(&page)?, (&test, block_addr(BLOCK)));
        assert_eq!(restore(&put, &locked(&other)?, at, at), Ok(None));
        for elsewhere in [(&other_mm, at.1), (&test, at.1 + PAGE_SIZE)] {
            assert_eq!(restore(&put, &folio, elsewhere, at), Ok(None));
            assert_eq!(restore(&put, &folio, at, elsewhere), Ok(None));
        }
        // SAFETY: The function compares two values.
        let same = put.look(|guard| unsafe { bindings::pte_same(guard.read(), pte) });
        assert_eq!(same, Ok(true));
        assert!(restore(&put, &folio, at, at)?.is_some());
        Ok(())
    }

    #[test]
    fn unmapped_in_range_alone() -> Result {
        let test = TestMm::with(0)?;
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(BLOCK)).ok_or(EFAULT)?;
        let start = block_addr(BLOCK);
        let mut range = InvalidateRange::new(test.mm(), start..start + PAGE_SIZE, Event::Clear);
        let notified = range.start();
        let unmapped = |address| {
            let place = VmaPage::new(vma, address)?;
            Some(notified.unmapped(place.addr()).is_some())
        };
        let found = [start - PAGE_SIZE, start, start + PAGE_SIZE].map(unmapped);
        drop(notified);
        let mut none = InvalidateRange::new(test.mm(), start..start, Event::Clear);
        let place = VmaPage::new(vma, start).ok_or(EFAULT)?;
        let of_none = none.start().unmapped(place.addr()).is_some();
        assert_eq!(
            (found, of_none),
            ([Some(false), Some(true), Some(false)], false)
        );
        Ok(())
    }
}
