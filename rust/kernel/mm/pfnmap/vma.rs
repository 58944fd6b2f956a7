// SPDX-License-Identifier: GPL-2.0

//! A vma that maps frame numbers, and the blocks of addresses that lie inside it.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use crate::{
    bindings,
    mm::{
        pgtable::{BlockAddr, Level},
        virt::{flags, vm_flags_t, VmaRef},
    },
    page::PAGE_SHIFT,
};
use core::ops::Deref;

/// A wrapper for the kernel's `struct vm_area_struct` into which frames may be inserted.
///
/// Equivalent to three `BUG_ON()`s of C's `vmf_insert_pfn_prot()`.
///
/// # Invariants
///
/// Exactly one of `VM_PFNMAP` and `VM_MIXEDMAP` is set, so that the vma is not of hugetlb, and a
/// vma with `VM_PFNMAP` is no private mapping that may be written. These flags do not change.
#[repr(transparent)]
pub struct VmaPfnMap {
    vma: VmaRef,
}

// Make all `VmaRef` methods available on `VmaPfnMap`.
impl Deref for VmaPfnMap {
    type Target = VmaRef;

    #[inline]
    fn deref(&self) -> &VmaRef {
        &self.vma
    }
}

impl VmaRef {
    /// Returns the vma as one into which frames may be inserted, or `None` if it is none.
    ///
    /// # Safety
    ///
    /// The vma is not being set up: its flags do not change while the result is used.
    #[inline]
    pub unsafe fn as_pfnmap_vma(&self) -> Option<&VmaPfnMap> {
        let fits = match self.flags() & (flags::PFNMAP | flags::MIXEDMAP) {
            flags::PFNMAP => !self.is_cow_mapping(),
            flags::MIXEDMAP => true,
            _ => false,
        };
        // SAFETY: The layout is that of `VmaRef`; the flags were tested above, and do not change.
        fits.then(|| unsafe { &*core::ptr::from_ref(self).cast() })
    }

    /// Returns where in its file the vma starts, in pages. Equivalent to C's `vm_pgoff`.
    #[inline]
    pub fn pgoff(&self) -> usize {
        // SAFETY: By the type invariant the vma is alive, and its lock is held.
        unsafe { (*self.as_ptr()).vm_pgoff }
    }

    /// Returns how long the vma is, in pages. Equivalent to C's `vma_pages()`.
    #[inline]
    pub fn pages(&self) -> usize {
        (self.end() - self.start()) >> PAGE_SHIFT
    }

    /// Whether a write makes a private copy. Equivalent to C's `vma_is_cow_mapping()`.
    #[inline]
    pub(in crate::mm) fn is_cow_mapping(&self) -> bool {
        is_cow_mapping(self.flags())
    }
}

/// Whether a write makes a private copy in a vma that has `vm_flags`. Equivalent to C's
/// `is_cow_mapping()`.
#[inline]
pub(in crate::mm) fn is_cow_mapping(vm_flags: vm_flags_t) -> bool {
    vm_flags & (flags::SHARED | flags::MAYWRITE) == flags::MAYWRITE
}

impl VmaPfnMap {
    /// Wraps C's vma, which is one for frames.
    ///
    /// # Safety
    ///
    /// As for [`VmaRef::from_raw()`], and of the flags of the vma the type invariant holds.
    #[inline]
    pub unsafe fn from_raw<'a>(vma: *const bindings::vm_area_struct) -> &'a Self {
        // SAFETY: The caller has a vma that is locked, and whose flags fit; the layout is that of `VmaRef`.
        unsafe { &*vma.cast() }
    }

    /// Returns the block of level `L` around `address`, in bytes, or `None` if a part of it lies
    /// outside the vma.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::pfnmap::VmaPfnMap;
    /// use kernel::mm::pgtable::Pmd;
    ///
    /// /// Whether one PMD could map the beginning of the vma.
    /// fn starts_with_pmd(vma: &VmaPfnMap) -> bool {
    ///     matches!(vma.block::<Pmd>(vma.start()), Some(block) if block.page_in_vma() == 0)
    /// }
    /// ```
    #[inline]
    pub fn block<L: Level>(&self, address: usize) -> Option<VmaBlock<'_, L>> {
        let addr = BlockAddr::<L>::around(address);
        let room = self.end().checked_sub(addr.as_raw())?;
        // INVARIANT: It starts in the vma, and its bytes fit into what follows.
        (addr.as_raw() >= self.start() && room >= L::SIZE).then_some(VmaBlock { vma: self, addr })
    }
}

/// A block of addresses inside a vma.
///
/// # Invariants
///
/// `L::SIZE` bytes from `addr` on lie in `vma`.
pub struct VmaBlock<'v, L: Level> {
    vma: &'v VmaPfnMap,
    addr: BlockAddr<L>,
}

impl<L: Level> VmaBlock<'_, L> {
    /// Returns where the block starts.
    #[inline]
    pub(in crate::mm) fn addr(&self) -> &BlockAddr<L> {
        &self.addr
    }

    /// Returns how far after the start of the vma the block starts, in pages.
    #[inline]
    pub fn page_in_vma(&self) -> usize {
        (self.addr.as_raw() - self.vma.start()) >> PAGE_SHIFT
    }

    /// Returns where in the file of the vma the block starts, in pages. Equivalent to C's
    /// `linear_page_index()`.
    #[inline]
    pub fn pgoff(&self) -> usize {
        self.vma.pgoff().wrapping_add(self.page_in_vma())
    }
}

#[macros::kunit_tests(rust_pgtable_vma)]
mod tests {
    use super::*;
    use crate::{
        mm::pgtable::{
            test_mm::{block_addr, TestMm, BLOCKS},
            Pmd, Pte, Pud,
        },
        prelude::*,
    };

    fn with_flags<R>(vm_flags: vm_flags_t, f: impl FnOnce(&TestMm, &VmaRef) -> R) -> Result<R> {
        let test = TestMm::with_flags(vm_flags)?;
        let mmap = test.mm().mmap_read_lock();
        Ok(f(&test, mmap.vma_lookup(block_addr(0)).ok_or(EFAULT)?))
    }

    fn takes_frames(vm_flags: vm_flags_t) -> Result<bool> {
        with_flags(vm_flags, |test, vma| test.as_pfnmap_vma(vma).is_some())
    }

    fn blocks_lie_inside<L: Level>(vma: &VmaPfnMap) -> bool {
        let (start, end) = (block_addr(0), block_addr(BLOCKS));
        let starts_at = |address: usize| vma.block::<L>(address).map(|b| b.addr().as_raw());
        starts_at(start) == Some(start)
            && starts_at(start + L::SIZE - 1) == Some(start)
            && starts_at(end - 1) == Some(end - L::SIZE)
            && starts_at(start - 1).is_none()
            && starts_at(end).is_none()
            && starts_at(usize::MAX).is_none()
    }

    #[test]
    fn vma_kinds() {
        assert_eq!(takes_frames(flags::PFNMAP), Ok(true));
        assert_eq!(takes_frames(flags::MIXEDMAP), Ok(true));
        assert_eq!(takes_frames(flags::NONE), Ok(false));
        assert_eq!(takes_frames(flags::PFNMAP | flags::MIXEDMAP), Ok(false));
    }

    #[test]
    fn blocks() {
        let inside = with_flags(flags::PFNMAP, |test, vma| {
            let vma = test.as_pfnmap_vma(vma)?;
            let inside = blocks_lie_inside::<Pte>(vma)
                && blocks_lie_inside::<Pmd>(vma)
                && blocks_lie_inside::<Pud>(vma);
            Some(inside)
        });
        assert_eq!(inside, Ok(Some(true)));
    }
}
