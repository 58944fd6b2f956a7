// SPDX-License-Identifier: GPL-2.0

//! An entry for a page that a device has, made by hand and taken back.
//!
//! C header: [`include/linux/mmu_notifier.h`](srctree/include/linux/mmu_notifier.h)

use super::{
    test_mm::{block_addr, TestMm},
    test_put::{exclusive_in, kept, marked, Bits, Put, BLOCK},
    VmaPage,
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

/// Takes the page of an entry that was put by hand back, at `address` of `mm`.
fn restore(
    put: &Put<'_>,
    folio: &LockedFolio,
    mm: &TestMm,
    address: usize,
) -> Result<Option<Bits>> {
    let mmap = mm.mm().mmap_read_lock();
    let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
    let place = VmaPage::new(vma, address).ok_or(EFAULT)?;
    let addresses = block_addr(BLOCK)..block_addr(BLOCK) + PAGE_SIZE;
    let mut range = InvalidateRange::new(place.mm(), addresses, Event::Clear);
    let notified = range.start();
    put.look(|guard| {
        let unmapped = notified.unmapped(guard.addr())?;
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
        restore(&put, &locked(&page)?, &test, block_addr(BLOCK))
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

    /// The entry stays as it is by the lock of another folio, and for another page of addresses.
    #[test]
    fn not_restored() -> Result {
        let (page, other) = (Page::alloc_page(GFP_KERNEL)?, Page::alloc_page(GFP_KERNEL)?);
        let (test, other_mm) = (TestMm::with(0)?, TestMm::with(0)?);
        let pte = marked(exclusive(&page), true, true);
        let put = Put::new(&test, pte)?;
        let (folio, address) = (locked(&page)?, block_addr(BLOCK));
        assert_eq!(restore(&put, &locked(&other)?, &test, address), Ok(None));
        assert_eq!(restore(&put, &folio, &other_mm, address), Ok(None));
        assert_eq!(restore(&put, &folio, &test, address + PAGE_SIZE), Ok(None));
        // SAFETY: The function compares two values.
        let same = put.look(|guard| unsafe { bindings::pte_same(guard.read(), pte) });
        assert_eq!(same, Ok(true));
        assert!(restore(&put, &folio, &test, address)?.is_some());
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
