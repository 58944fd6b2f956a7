// SPDX-License-Identifier: GPL-2.0

//! A special PMD over pages of several folios, of which gup takes single ones.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{
    test_mm::{block_addr, TestMm},
    Level, Pfn, Pmd, Pte,
};
use crate::{bindings, mm::virt::flags, prelude::*};
use core::{
    ptr::{null_mut, NonNull},
    sync::atomic::{AtomicI32, Ordering},
};

/// The block that a test maps.
const BLOCK: usize = 1;

/// How many pages a test pins, from the second of the block on.
const PINNED: usize = 2;

/// References of a folio of one page that is pinned once, the first of all among them.
const BIAS: i32 = 1 + bindings::GUP_PIN_COUNTING_BIAS as i32;

/// Pages that fill a block of level PMD, each a folio of its own.
///
/// # Invariants
///
/// The pages from the first on are consecutive, [`Pmd::PAGES`], and a reference to each is ours.
struct TestPages(NonNull<bindings::page>);

impl TestPages {
    fn new() -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep.
        let page = unsafe { bindings::alloc_pages(bindings::GFP_KERNEL, Pmd::ORDER) };
        let page = NonNull::new(page).ok_or(ENOMEM)?;
        // SAFETY: The pages were just allocated, and are no compound page.
        unsafe { bindings::split_page(page.as_ptr(), Pmd::ORDER) };
        // INVARIANT: Each page has its own reference now.
        Ok(Self(page))
    }

    /// Returns page `i`, which is less than [`Pmd::PAGES`].
    fn page(&self, i: usize) -> *mut bindings::page {
        // SAFETY: By the type invariant there are as many, one after the other; what one allocation
        // returns is consecutive in the array of pages, too.
        unsafe { self.0.as_ptr().add(i) }
    }

    fn pfn(&self) -> Pfn {
        // SAFETY: By the type invariant the page is alive.
        Pfn::new(unsafe { bindings::page_to_pfn(self.page(0)) })
    }

    /// How many references to page `i` there are, ours among them.
    fn references(&self, i: usize) -> i32 {
        // SAFETY: By the type invariant the page is alive.
        let count = unsafe { &raw mut (*self.page(i))._refcount.counter };
        // SAFETY: C accesses the counter atomically alone.
        unsafe { AtomicI32::from_ptr(count) }.load(Ordering::Relaxed)
    }

    /// How many references to the first four pages there are.
    fn first_references(&self) -> [i32; 4] {
        [0, 1, 2, 3].map(|i| self.references(i))
    }
}

impl Drop for TestPages {
    fn drop(&mut self) {
        for i in 0..Pmd::PAGES {
            // SAFETY: By the type invariant the reference is ours.
            unsafe { bindings::__free_pages(self.page(i), 0) };
        }
    }
}

impl TestMm {
    /// Pins pages from the second of the block on, and returns how many.
    fn pin(&self, pages: &mut [*mut bindings::page; PINNED]) -> isize {
        let mmap = self.mm().mmap_read_lock();
        // SAFETY: The mmap lock is held, and there is room for the pages.
        let pinned = unsafe {
            bindings::pin_user_pages_remote(
                self.mm().as_raw(),
                block_addr(BLOCK) + Pte::SIZE,
                PINNED,
                0,
                pages.as_mut_ptr(),
                null_mut(),
            )
        };
        drop(mmap);
        pinned
    }
}

#[macros::kunit_tests(rust_pgtable_pin)]
mod tests {
    use super::*;

    /// What gup takes of each page is what is given back, although one entry maps all of them. Where
    /// pages are large no memory is likely to be free for a block.
    #[test]
    fn special_pmd_of_several_folios() -> Result {
        if Pmd::SIZE > (32 << 20) {
            return Ok(());
        }
        let memory = TestPages::new()?;
        let test = TestMm::with_flags(flags::MIXEDMAP)?;
        test.map::<Pmd>(BLOCK, memory.pfn())?;
        let mut pages = [null_mut(); PINNED];
        assert_eq!(test.pin(&mut pages), PINNED as isize);
        assert_eq!(pages, [memory.page(1), memory.page(2)]);
        // Before they are unpinned: a reference that another page lacks must not be given back.
        assert_eq!(memory.first_references(), [1, BIAS, BIAS, 1]);
        // SAFETY: They were pinned above, each once.
        unsafe { bindings::unpin_user_pages(pages.as_mut_ptr(), PINNED) };
        assert_eq!(memory.first_references(), [1; 4]);
        Ok(())
    }
}
