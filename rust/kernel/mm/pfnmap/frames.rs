// SPDX-License-Identifier: GPL-2.0

//! Frames that user space may access.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use crate::{
    bindings,
    mm::pgtable::{accessors::by_value, Level, Pfn, PfnBlock},
    page::PAGE_SHIFT,
};
use core::{marker::PhantomData, ops::Deref};

/// Pages of a subsection. Frames of one aligned subsection all have a `struct page`, or none has.
/// Equivalent to C's `PAGES_PER_SUBSECTION`.
const SECTION: usize = (2 << 20) >> PAGE_SHIFT;

/// Consecutive frames, a BAR for one, that a driver shows to user space.
///
/// Equivalent to `start` and `len` of C's `vm_iomap_memory()`, with the driver's promise that they are
/// its own.
///
/// # Invariants
///
/// User space may read and write the frames until they were unmapped from every vma.
pub struct DeviceFrames {
    first: Pfn,
    pages: usize,
}

impl DeviceFrames {
    /// Creates a range of `pages` frames from `first` on, which the driver vouches for.
    ///
    /// # Safety
    ///
    /// An entry can hold the number of each frame: [`Pfn::fits()`]. The kernel keeps nothing in the
    /// frames that it relies on, from now on until the driver has unmapped them from every vma into
    /// which they may have been inserted, and no fault that has seen them is still being served.
    /// Frames that [`NewPfnMap::map()`](super::NewPfnMap::map) may
    /// map are never taken back: no unmap finds a vma whose `mmap()` has not returned.
    #[inline]
    pub const unsafe fn new(first: Pfn, pages: usize) -> Self {
        // INVARIANT: The caller answers for the frames until it has unmapped them.
        Self { first, pages }
    }

    /// Returns the first frame.
    #[inline]
    pub const fn first(&self) -> Pfn {
        self.first
    }

    /// Returns how many frames there are.
    #[inline]
    pub const fn pages(&self) -> usize {
        self.pages
    }

    /// Whether there are `pages` frames from the one on that is `page` pages after the first.
    #[inline]
    pub fn has(&self, page: usize, pages: usize) -> bool {
        matches!(self.pages.checked_sub(page), Some(room) if room >= pages)
    }

    /// Returns the frame that is `page` pages after the first, or `None` after the last.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::pfnmap::DeviceFrames;
    /// use kernel::mm::pgtable::Pfn;
    ///
    /// let first = 1 << 28;
    /// // SAFETY: Any entry can hold the numbers, and nothing is mapped here.
    /// let bar = unsafe { DeviceFrames::new(Pfn::new(first), 2) };
    /// assert_eq!(bar.pfn(1), Some(Pfn::new(first + 1)));
    /// assert_eq!(bar.pfn(2), None);
    /// ```
    #[inline]
    pub fn pfn(&self, page: usize) -> Option<Pfn> {
        self.has(page, 1)
            .then(|| Pfn::new(self.first.as_raw() + page))
    }

    /// Returns the frames of level `L` that start `page` pages after the first one, or `None` if
    /// they are not all there, or do not start where a block of the level does.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::pfnmap::DeviceFrames;
    /// use kernel::mm::pgtable::{Level, Pfn, Pmd, Pte};
    ///
    /// // SAFETY: Any entry can hold the numbers, and nothing is mapped here.
    /// let bar = unsafe { DeviceFrames::new(Pfn::new(1 << 28), 2 * Pmd::PAGES) };
    /// assert!(bar.block::<Pmd>(Pmd::PAGES).is_some());
    /// assert!(bar.block::<Pte>(2 * Pmd::PAGES - 1).is_some());
    /// // Not aligned; after the end.
    /// assert!(bar.block::<Pmd>(1).is_none());
    /// assert!(bar.block::<Pmd>(2 * Pmd::PAGES).is_none());
    /// ```
    #[inline]
    pub fn block<L: Level>(&self, page: usize) -> Option<DeviceBlock<'_, L>> {
        let first = Pfn::new(self.first.as_raw().wrapping_add(page));
        if !self.has(page, L::PAGES) {
            return None;
        }
        // INVARIANT: All of the block lies in the frames, which `'_` borrows.
        PfnBlock::new(first).map(|block| DeviceBlock(block, PhantomData))
    }
}

/// A block of frames that user space may access.
///
/// # Invariants
///
/// The frames are some of those of a [`DeviceFrames`] that `'d` borrows.
pub struct DeviceBlock<'d, L: Level>(PfnBlock<L>, PhantomData<&'d DeviceFrames>);

impl<L: Level> Clone for DeviceBlock<'_, L> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Level> Copy for DeviceBlock<'_, L> {}

impl<L: Level> DeviceBlock<'_, L> {
    /// Creates a block of frames that the driver vouches for.
    ///
    /// # Safety
    ///
    /// As for [`DeviceFrames::new()`], while `'_` lasts, and after that until the driver has
    /// unmapped the frames.
    #[inline]
    pub const unsafe fn from_raw(frames: PfnBlock<L>) -> Self {
        // INVARIANT: The caller answers for the frames until it has unmapped them.
        Self(frames, PhantomData)
    }

    /// Whether one of the frames has a `struct page`. A page that is added later is not seen.
    #[inline]
    pub(super) fn has_pages(&self) -> bool {
        any_page(self.first(), L::PAGES)
    }

    /// Whether one of the frames is known to be poisoned. Equivalent to C's
    /// `pfn_range_poisoned()`.
    #[inline]
    pub(in crate::mm) fn poisoned(&self) -> bool {
        pfn_range_poisoned(self.first().as_raw(), L::PAGES)
    }

    /// Whether every frame may be mapped with `prot`. Equivalent to C's `pfn_modify_allowed()`, for
    /// one frame.
    #[inline]
    pub(in crate::mm) fn may_have(&self, prot: bindings::pgprot_t) -> bool {
        !pgprot_needs_invert(prot) || self.iter().all(|pfn| pfn_modify_allowed(pfn, prot))
    }
}

// SAFETY: They compare numbers and bits. Poisoned frames are in an xarray, which is read under RCU;
// pfn_modify_allowed() also asks whether the task is privileged.
by_value! { unsafe extern {
    fn pfn_range_poisoned(first: usize, pages: usize) -> bool = pfn_range_poisoned;
    fn pgprot_needs_invert(prot: bindings::pgprot_t) -> bool = pgprot_needs_invert;
    fn pfn_modify_allowed(pfn: usize, prot: bindings::pgprot_t) -> bool = pfn_modify_allowed;
} }

/// Whether one of `pages` frames from `first` on has a `struct page`.
// One function for all levels, for vmas with `VM_MIXEDMAP` alone.
#[inline(never)]
fn any_page(first: Pfn, pages: usize) -> bool {
    any_section(first, pages, Pfn::has_page)
}

/// Whether `has` is true of one of `pages` frames from `first` on, if it is the same for all frames of
/// [`SECTION`].
#[inline]
fn any_section(first: Pfn, pages: usize, has: impl Fn(Pfn) -> bool) -> bool {
    (0..pages)
        .step_by(SECTION)
        .any(|page| has(Pfn::new(first.as_raw() + page)))
}

impl<L: Level> Deref for DeviceBlock<'_, L> {
    type Target = PfnBlock<L>;

    #[inline]
    fn deref(&self) -> &PfnBlock<L> {
        &self.0
    }
}

#[macros::kunit_tests(rust_pgtable_frames)]
mod tests {
    use super::*;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use crate::mm::pgtable::Pud;
    use crate::{
        mm::pgtable::{Pmd, Pte},
        page::Page,
        prelude::*,
    };

    /// Returns as many frames as a block of level `L` has, from `first` on.
    fn frames<L: Level>(first: usize) -> DeviceFrames {
        // SAFETY: They are looked at, and never mapped.
        unsafe { DeviceFrames::new(Pfn::new(first), L::PAGES) }
    }

    /// Where a block starts that ends with the last frame that an entry can hold, where no memory is.
    fn last_block<L: Level>() -> usize {
        Pfn::limit().as_raw() - L::PAGES
    }

    /// Whether 2 MiB with pages are seen wherever they are in a block, and none where there are none.
    fn sees_each_section<L: Level>() -> bool {
        let first = last_block::<L>();
        let any = |has: &dyn Fn(Pfn) -> bool| any_section(Pfn::new(first), L::PAGES, has);
        let section = |pfn: usize| pfn / SECTION;
        let sees = |page: usize| any(&|pfn| section(pfn.as_raw()) == section(first + page));
        let all = (0..L::PAGES).step_by(SECTION).all(sees) && sees(L::PAGES - 1);
        all && !any(&|_| false)
    }

    #[test]
    fn sections_of_a_block() {
        assert!(sees_each_section::<Pte>());
        assert!(sees_each_section::<Pmd>());
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert!(sees_each_section::<Pud>());
    }

    /// Whether a block has pages if and only if a look at each 64 KiB finds one, in the first 8 GiB,
    /// which have memory and holes.
    fn agrees_with_frames<L: Level>() -> bool {
        const LAST: usize = (8 << 30) >> PAGE_SHIFT;
        const STEP: usize = (64 << 10) >> PAGE_SHIFT;
        (0..LAST).step_by(L::PAGES).all(|first| {
            let mut each = (first..first + L::PAGES).step_by(STEP);
            let any = each.any(|pfn| Pfn::new(pfn).has_page());
            let frames = frames::<L>(first);
            frames.block::<L>(0).map(|block| block.has_pages()) == Some(any)
        })
    }

    #[test]
    fn pages_of_memory() {
        assert!(agrees_with_frames::<Pmd>());
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert!(agrees_with_frames::<Pud>());
    }

    /// Whether the block around frame `pfn` has pages.
    fn has_pages_around<L: Level>(pfn: usize) -> Option<bool> {
        let frames = frames::<L>(pfn - pfn % L::PAGES);
        let block = frames.block::<L>(0)?;
        Some(block.has_pages())
    }

    #[test]
    fn pages_or_none() -> Result {
        let page = Page::alloc_page(GFP_KERNEL)?;
        // SAFETY: The page is alive.
        let pfn = unsafe { bindings::page_to_pfn(page.as_ptr()) };
        assert_eq!(has_pages_around::<Pte>(pfn), Some(true));
        assert_eq!(has_pages_around::<Pmd>(pfn), Some(true));
        assert_eq!(has_pages_around::<Pte>(last_block::<Pte>()), Some(false));
        assert_eq!(has_pages_around::<Pmd>(last_block::<Pmd>()), Some(false));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        {
            assert_eq!(has_pages_around::<Pud>(pfn), Some(true));
            assert_eq!(has_pages_around::<Pud>(last_block::<Pud>()), Some(false));
        }
        Ok(())
    }
}
