// SPDX-License-Identifier: GPL-2.0

//! An entry for a page that a device has, made by hand and taken back.
//!
//! C header: [`include/linux/mmu_notifier.h`](srctree/include/linux/mmu_notifier.h)

use super::{
    pages::PteBits,
    test_mm::{block_addr, TestMm},
    test_put::{exclusive_in, kept, marked, Put, BLOCK},
};
use crate::{
    bindings,
    mm::{
        folio::{FolioRef, LockedFolio},
        notifier::InvalidateRange,
    },
    page::{Page, PAGE_SIZE},
    prelude::*,
};
use core::ops::Range;

fn folio_of(page: &Page) -> Result<FolioRef> {
    // SAFETY: The page stays.
    unsafe { FolioRef::try_get(page.as_ptr()) }.ok_or(EINVAL)
}

pub(super) fn locked(page: &Page) -> Result<LockedFolio> {
    folio_of(page)?.try_lock().map_err(|_| EBUSY)
}

/// Takes the page of an entry that was put by hand back, when no secondary MMU maps `addresses` of
/// `mm`.
fn restore(
    put: &Put<'_>,
    folio: &LockedFolio,
    mm: &TestMm,
    addresses: Range<usize>,
) -> Result<Option<PteBits>> {
    let mmap = mm.mm().mmap_read_lock();
    let vma = mmap.vma_lookup(block_addr(BLOCK)).ok_or(EFAULT)?;
    let Some(mut range) = InvalidateRange::clear_range(vma, addresses) else {
        return Ok(None);
    };
    let notified = range.start();
    put.look(|guard| {
        let leaf = exclusive_in(guard.entry())?.restore(folio.lock(), notified.unmapped())?;
        Some(leaf.bits())
    })
}

#[macros::kunit_tests(rust_pgtable_restore)]
mod tests {
    use super::*;

    fn exclusive(page: &Page) -> bindings::pte_t {
        // SAFETY: The page is alive, so that it has a frame number.
        unsafe { bindings::make_device_exclusive_pte(page.as_ptr()) }
    }

    /// What an entry made by hand, of a page that no process has, comes back as.
    fn comes_back(soft_dirty: bool, uffd: bool) -> Result<Option<PteBits>> {
        let page = Page::alloc_page(GFP_KERNEL)?;
        let test = TestMm::with(0)?;
        let put = Put::new(&test, marked(exclusive(&page), soft_dirty, uffd))?;
        let start = block_addr(BLOCK);
        restore(&put, &locked(&page)?, &test, start..start + PAGE_SIZE)
    }

    /// Old, clean, and not to be written: the page is no anonymous one of this process alone.
    #[test]
    fn restored() {
        for (soft_dirty, uffd) in [(false, false), (true, false), (false, true), (true, true)] {
            let found = comes_back(soft_dirty, uffd);
            let (soft_dirty, uffd) = kept(soft_dirty, uffd);
            let bits = PteBits {
                soft_dirty,
                uffd,
                ..PteBits::default()
            };
            assert_eq!(found, Ok(Some(bits)));
        }
    }

    /// The entry stays as it is by the lock of another folio, and if secondary MMUs have let go of
    /// another mm, of another page, or of a part of the page.
    #[test]
    fn not_restored() -> Result {
        let (page, other) = (Page::alloc_page(GFP_KERNEL)?, Page::alloc_page(GFP_KERNEL)?);
        let (test, other_mm) = (TestMm::with(0)?, TestMm::with(0)?);
        let pte = marked(exclusive(&page), true, true);
        let put = Put::new(&test, pte)?;
        let (folio, start) = (locked(&page)?, block_addr(BLOCK));
        let end = start + PAGE_SIZE;
        assert_eq!(restore(&put, &locked(&other)?, &test, start..end), Ok(None));
        assert_eq!(restore(&put, &folio, &other_mm, start..end), Ok(None));
        for (start, end) in [
            (start - PAGE_SIZE, start),
            (end, end + PAGE_SIZE),
            (start, end - 1),
            (start + 1, end),
            (start, start),
        ] {
            assert_eq!(restore(&put, &folio, &test, start..end), Ok(None));
        }
        // SAFETY: The function compares two values.
        let same = put.look(|guard| unsafe { bindings::pte_same(guard.slot().read(), pte) });
        assert_eq!(same, Ok(true));
        assert!(restore(&put, &folio, &test, start - PAGE_SIZE..end + 1)?.is_some());
        Ok(())
    }
}
