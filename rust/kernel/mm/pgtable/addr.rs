// SPDX-License-Identifier: GPL-2.0

//! User addresses, page frames, and blocks of both.
//!
//! `mm::pgtable` masks and shifts addresses in this file alone, tests aside.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{accessors::by_value, Leaf, Level};
use crate::page::PAGE_SHIFT;
use core::marker::PhantomData;

/// A user address, in bytes.
///
/// # Invariants
///
/// The address lay inside a vma when it was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(in crate::mm) struct UserAddr(usize);

impl UserAddr {
    /// The caller has found `address`, in bytes, inside a vma.
    #[inline]
    pub(super) const fn new(address: usize) -> Self {
        // INVARIANT: Every caller is in this module tree and has compared with the vma's bounds.
        Self(address)
    }

    /// Returns the address in bytes.
    #[inline]
    pub(in crate::mm) const fn as_raw(self) -> usize {
        self.0
    }

    /// Returns the block of level `L` that the address is in. Equivalent to C's `addr & PMD_MASK`.
    #[inline]
    pub(in crate::mm) const fn block<L: Level>(self) -> BlockAddr<L> {
        BlockAddr::around(self.0)
    }

    /// Returns how many pages the address is after the start of its block of level `L`.
    #[inline]
    const fn page_in_block<L: Level>(self) -> usize {
        (self.0 & !addr_mask::<L>()) >> PAGE_SHIFT
    }
}

/// The user address at which a block of level `L` starts, in bytes.
///
/// # Invariants
///
/// The address is a multiple of `L::SIZE`.
pub(in crate::mm) struct BlockAddr<L: Level>(usize, PhantomData<L>);

impl<L: Level> BlockAddr<L> {
    /// Returns the start of the block that `address`, in bytes, is in.
    #[inline]
    pub(in crate::mm) const fn around(address: usize) -> Self {
        // INVARIANT: The bits below the level's size are cleared.
        Self(address & addr_mask::<L>(), PhantomData)
    }

    /// Returns the address in bytes.
    #[inline]
    pub(in crate::mm) const fn as_raw(&self) -> usize {
        self.0
    }

    /// Returns the address at which the block ends, in bytes. A block of user space is not the last of
    /// all.
    #[inline]
    pub(super) const fn end(&self) -> usize {
        self.0.wrapping_add(L::SIZE)
    }
}

/// A page frame number.
///
/// Only a number: a [`MappedPfn`] is one that is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Pfn(usize);

impl Pfn {
    /// Makes a frame number of a raw one. Equivalent to C's `unsigned long pfn`.
    #[inline]
    pub const fn new(pfn: usize) -> Self {
        Self(pfn)
    }

    /// Returns the raw frame number.
    #[inline]
    pub const fn as_raw(self) -> usize {
        self.0
    }

    /// Whether there is a `struct page` for the frame. Equivalent to C's `pfn_valid()`.
    // Inlined it is 200 bytes, for vmas with `VM_MIXEDMAP` alone.
    #[inline(never)]
    pub fn has_page(self) -> bool {
        pfn_valid(self.0)
    }

    /// Returns the number after the last that an entry can hold. Equivalent to C's `__PHYSICAL_MASK`,
    /// `PHYS_MASK`.
    #[cfg(CONFIG_KUNIT = "y")]
    pub(in crate::mm) fn limit() -> Self {
        Self(pfn_limit())
    }

    /// Whether an entry can hold the number.
    #[inline]
    pub fn fits(self) -> bool {
        pfn_fits(self.0)
    }
}

// SAFETY: They compare numbers; pfn_valid() looks into the table of sections, at an index that it checks.
by_value! { unsafe extern {
    fn pfn_valid(pfn: usize) -> bool = pfn_valid;
    fn pfn_fits(pfn: usize) -> bool = pfn_fits;
    #[cfg(CONFIG_KUNIT = "y")]
    fn pfn_limit() -> usize = pfn_limit;
} }

/// The frames that one leaf of level `L` maps.
///
/// # Invariants
///
/// Its first frame is a multiple of `L::PAGES`, and an entry can hold it.
pub struct PfnBlock<L: Level>(Pfn, PhantomData<L>);

impl<L: Level> Clone for PfnBlock<L> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<L: Level> Copy for PfnBlock<L> {}

impl<L: Level> PfnBlock<L> {
    /// Returns the block that starts at `first`, or `None` if none does.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::pgtable::{Level, Pfn, PfnBlock, Pmd};
    ///
    /// assert!(PfnBlock::<Pmd>::new(Pfn::new(3 * Pmd::PAGES)).is_some());
    /// assert!(PfnBlock::<Pmd>::new(Pfn::new(3 * Pmd::PAGES + 1)).is_none());
    /// ```
    #[inline]
    pub fn new(first: Pfn) -> Option<Self> {
        // INVARIANT: Only a multiple that fits passes.
        (first.0 % L::PAGES == 0 && first.fits()).then_some(Self(first, PhantomData))
    }

    /// Returns the block that a leaf maps.
    #[inline]
    pub(super) fn of_leaf(leaf: &Leaf<'_, L>) -> Self {
        // INVARIANT: The accessor of a leaf leaves out the bits below the size of its level, and
        // there are none above what an entry holds.
        Self(Pfn(L::pfn(leaf.raw)), PhantomData)
    }

    /// Returns the first frame of the block.
    #[inline]
    pub(in crate::mm) fn first(&self) -> Pfn {
        self.0
    }

    /// Returns every frame of the block.
    #[inline]
    pub(in crate::mm) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0 .0..self.0 .0 + L::PAGES
    }

    /// Returns the frame that `addr` is mapped to where this block is mapped around it.
    #[inline]
    pub(super) fn frame_of(&self, addr: UserAddr) -> Pfn {
        Pfn(self.0 .0.wrapping_add(addr.page_in_block::<L>()))
    }
}

/// A frame that is mapped.
///
/// # Invariants
///
/// A page table maps the frame and cannot change while `'g` lasts, because `'g` borrows the guard
/// that holds its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedPfn<'g>(Pfn, PhantomData<&'g ()>);

impl<'g> MappedPfn<'g> {
    /// Wraps the frame of a leaf.
    ///
    /// # Safety
    ///
    /// The lock under which `pfn` was read is held while `'g` lasts.
    #[inline]
    pub(in crate::mm) const unsafe fn new(pfn: Pfn) -> Self {
        // INVARIANT: The lock is held while `'g` lasts.
        Self(pfn, PhantomData)
    }

    /// Returns the raw frame number. The number outlives the guard, after which the frame may no longer
    /// be mapped.
    #[inline]
    pub const fn as_raw(self) -> usize {
        self.0.as_raw()
    }
}

/// Returns the mask that an address has to be ANDed with for the start of its block of level `L`.
/// Equivalent to C's `PMD_MASK`.
#[inline]
pub(super) const fn addr_mask<L: Level>() -> usize {
    !(L::SIZE - 1)
}

#[macros::kunit_tests(rust_pgtable_addr)]
mod tests {
    use super::super::{Pmd, Pte, Pud};
    use super::*;

    fn block_starts_at_or_below_and_ends_above<L: Level>() -> bool {
        [
            0,
            1,
            L::SIZE - 1,
            L::SIZE,
            L::SIZE + 1,
            5 * L::SIZE + L::SIZE / 2,
        ]
        .into_iter()
        .all(|raw| {
            let start = UserAddr::new(raw).block::<L>().as_raw();
            start % L::SIZE == 0 && start <= raw && raw - start < L::SIZE
        })
    }

    fn frames_of_a_block_are_consecutive<L: Level>() -> bool {
        let Some(block) = PfnBlock::<L>::new(Pfn::new(7 * L::PAGES)) else {
            return false;
        };
        [0, 1, L::PAGES / 2, L::PAGES - 1].into_iter().all(|page| {
            let page = page % L::PAGES;
            let addr = UserAddr::new(3 * L::SIZE + (page << PAGE_SHIFT) + 5);
            block.frame_of(addr).as_raw() == 7 * L::PAGES + page
        })
    }

    fn only_aligned_blocks_exist<L: Level>() -> bool {
        let exists = |pfn| PfnBlock::<L>::new(Pfn::new(pfn)).is_some();
        exists(0)
            && exists(L::PAGES)
            && (L::PAGES == 1 || !exists(1) && !exists(L::PAGES + 1))
            && exists(Pfn::limit().0 - L::PAGES)
            && !exists(Pfn::limit().0)
            && !exists(usize::MAX - (L::PAGES - 1))
    }

    #[test]
    fn block_addr() {
        assert!(block_starts_at_or_below_and_ends_above::<Pte>());
        assert!(block_starts_at_or_below_and_ends_above::<Pmd>());
        assert!(block_starts_at_or_below_and_ends_above::<Pud>());
    }

    #[test]
    fn frame_of() {
        assert!(frames_of_a_block_are_consecutive::<Pte>());
        assert!(frames_of_a_block_are_consecutive::<Pmd>());
        assert!(frames_of_a_block_are_consecutive::<Pud>());
    }

    #[test]
    fn pfn_block() {
        assert!(only_aligned_blocks_exist::<Pte>());
        assert!(only_aligned_blocks_exist::<Pmd>());
        assert!(only_aligned_blocks_exist::<Pud>());
    }

    #[test]
    fn mask_of_pte_is_that_of_page() {
        assert_eq!(addr_mask::<Pte>(), crate::page::PAGE_MASK);
    }
}
