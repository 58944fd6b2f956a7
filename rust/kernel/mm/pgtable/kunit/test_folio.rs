// SPDX-License-Identifier: GPL-2.0

//! A folio that a KUnit test maps by one PMD, and has C take away again.
//!
//! C header: [`include/linux/huge_mm.h`](srctree/include/linux/huge_mm.h)

use super::{
    test_mm::{block_addr, Make, TestMm},
    Level, Pfn, Pmd,
};
use crate::{
    bindings,
    mm::virt::{flags, VmaRef},
    prelude::*,
};
use core::{
    ptr::{null_mut, NonNull},
    sync::atomic::{AtomicI32, Ordering},
};

/// The order of a folio that fills a PMD.
const ORDER: u32 = Pmd::PAGES.trailing_zeros();

/// The block that a test maps.
const BLOCK: usize = 1;

/// A folio of the size of a PMD.
///
/// # Invariants
///
/// One reference to the folio is ours.
struct TestFolio(NonNull<bindings::folio>);

impl TestFolio {
    fn new() -> Result<Self> {
        // SAFETY: May be called by any thread that may sleep; node 0 is there.
        let folio =
            unsafe { bindings::__folio_alloc_noprof(bindings::GFP_KERNEL, ORDER, 0, null_mut()) };
        // INVARIANT: The reference that a folio is born with.
        NonNull::new(folio).map(Self).ok_or(ENOMEM)
    }

    fn page(&self) -> *mut bindings::page {
        self.0.as_ptr().cast()
    }

    fn pfn(&self) -> Pfn {
        // SAFETY: By the type invariant the page is alive.
        Pfn::new(unsafe { bindings::page_to_pfn(self.page()) })
    }

    /// How many references there are, ours among them.
    fn references(&self) -> i32 {
        // SAFETY: By the type invariant the page is alive.
        let count = unsafe { &raw mut (*self.page())._refcount.counter };
        // SAFETY: C accesses the counter atomically alone.
        unsafe { AtomicI32::from_ptr(count) }.load(Ordering::Relaxed)
    }
}

impl Drop for TestFolio {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the reference is ours.
        unsafe { bindings::__free_pages(self.page(), ORDER) };
    }
}

impl TestMm {
    fn with_vma<R>(&self, f: impl FnOnce(&VmaRef) -> R) -> Result<R> {
        let mmap = self.mm().mmap_read_lock();
        mmap.vma_lookup(block_addr(BLOCK)).map(f).ok_or(EFAULT)
    }

    /// Maps `folio` as a driver's fault handler does.
    fn insert(&self, folio: &TestFolio) -> Result {
        let addr = block_addr(BLOCK);
        // SAFETY: No thread runs in the mm, and nothing is mapped there.
        let pmd = unsafe { Pmd::lock(self.vma(), addr) }?.slot().as_ptr();
        let ret = self.with_vma(|vma| {
            let mut vmf = bindings::vm_fault {
                pmd,
                ..pin_init::zeroed()
            };
            vmf.__bindgen_anon_1.vma = vma.as_ptr();
            vmf.__bindgen_anon_1.address = addr;
            // SAFETY: The entry is the vma's for that address, and its table stays with the mm.
            unsafe { bindings::vmf_insert_folio_pmd(&mut vmf, folio.0.as_ptr(), false) }
        })?;
        (ret == bindings::vm_fault_reason_VM_FAULT_NOPAGE)
            .then_some(())
            .ok_or(EINVAL)
    }

    fn zap(&self) -> Result {
        self.with_vma(|vma| vma.zap_vma_range(block_addr(BLOCK), Pmd::SIZE))
    }

    fn split(&self) -> Result {
        // SAFETY: The vma is locked by the mm's lock, and contains all of the block.
        self.with_vma(|vma| unsafe {
            bindings::split_huge_pmd_address(vma.as_ptr(), block_addr(BLOCK), false)
        })
    }

    /// How many pages of files the mm counts.
    fn file_pages(&self) -> i64 {
        let stat = bindings::MM_FILEPAGES as usize;
        // SAFETY: By the type invariant the mm is alive.
        let counter = unsafe { &raw mut (*self.mm().as_raw()).__bindgen_anon_1.rss_stat[stat] };
        // SAFETY: So is its counter.
        unsafe { bindings::__percpu_counter_sum(counter) }
    }
}

#[macros::kunit_tests(rust_pgtable_folio)]
mod tests {
    use super::*;

    /// Whether `remove` gives back what a folio's leaf in a vma with pfns took.
    fn gives_back(remove: fn(&TestMm) -> Result) -> Result<bool> {
        let test = TestMm::with_flags(flags::IO | flags::MIXEDMAP)?;
        let folio = TestFolio::new()?;
        test.insert(&folio)?;
        let taken = (folio.references(), test.file_pages());
        remove(&test)?;
        let left = (folio.references(), test.file_pages());
        Ok(taken == (2, Pmd::PAGES as i64) && left == (1, 0))
    }

    #[test]
    fn folio_zapped() {
        assert_eq!(gives_back(TestMm::zap), Ok(true));
    }

    #[test]
    fn folio_split() {
        assert_eq!(gives_back(TestMm::split), Ok(true));
    }

    /// A driver may free the page of a frame before the mapping: page_table_check must not count it.
    #[test]
    fn special_is_not_counted() -> Result {
        let test = TestMm::with_flags(flags::IO | flags::MIXEDMAP)?;
        let folio = TestFolio::new()?;
        test.map::<Pmd>(BLOCK, folio.pfn())?;
        assert_eq!((folio.references(), test.file_pages()), (1, 0));
        drop(folio);
        test.zap()?;
        assert_eq!(test.file_pages(), 0);
        Ok(())
    }
}
