// SPDX-License-Identifier: GPL-2.0

//! Leaves without a `struct page` behind them.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{PfnBlock, PfnProt, SpecialLevel, VmaPfnMap};
use core::marker::PhantomData;

/// A leaf that has the special bit and owns no reference.
///
/// Equivalent to C's `pmd_mkspecial(pmd_mkhuge(pfn_pmd()))`.
///
/// # Invariants
///
/// Having one tells you that the value is a leaf of level `L` with the special bit set, and that
/// user space may access what it maps: where it was found in a table, while `'g` lasts, which
/// borrows the guard under which it was.
#[must_use = "a leaf is made to be installed"]
pub struct SpecialLeaf<'g, L: SpecialLevel>(L::Raw, PhantomData<&'g ()>);

impl<L: SpecialLevel> SpecialLeaf<'_, L> {
    /// Maps the frames that `prot` was made for, with that protection.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::pgtable::{DeviceBlock, PfnProt, SpecialLeaf, SpecialLevel, VmaPfnMap};
    ///
    /// fn leaf<L: SpecialLevel>(
    ///     vma: &VmaPfnMap,
    ///     frames: DeviceBlock<L>,
    /// ) -> Option<SpecialLeaf<'_, L>> {
    ///     let prot = PfnProt::new(vma, frames)?;
    ///     Some(SpecialLeaf::new(prot).mkyoung())
    /// }
    /// ```
    #[inline]
    pub fn new(prot: PfnProt<L>) -> Self {
        // INVARIANT: A leaf with the bit, which a special level has; `prot` knows the frames.
        let first = prot.frames().first().as_raw();
        Self(
            L::mkspecial(L::leaf_of(first, prot.into_raw())),
            PhantomData,
        )
    }

    /// As [`Self::new()`], for a write: young and dirty, so that hardware that leaves this to a
    /// fault takes no second, and writable if `vma`, for which `prot` was made, is.
    #[inline]
    pub fn written(prot: PfnProt<L>, vma: &VmaPfnMap) -> Self {
        let leaf = Self::new(prot).mkyoung().mkdirty();
        // The protection of a shared vma lets user space write already.
        if L::write(leaf.0) {
            leaf
        } else {
            leaf.mkwrite_later(vma)
        }
    }

    #[cold]
    fn mkwrite_later(self, vma: &VmaPfnMap) -> Self {
        self.maybe_mkwrite(vma)
    }

    /// Takes the value of a special leaf that was found in a table.
    #[inline]
    pub(super) fn found(raw: L::Raw) -> Self {
        // INVARIANT: Every caller is in this module tree and has asked for leaf and bit; user space
        // accesses what a table maps.
        Self(raw, PhantomData)
    }

    /// Returns the frames that it maps.
    #[inline]
    pub fn frames(&self) -> PfnBlock<L> {
        PfnBlock::of_leaf(self.0)
    }

    /// Sets the accessed bit. Equivalent to C's `pmd_mkyoung()`.
    #[inline]
    pub fn mkyoung(self) -> Self {
        Self(L::mkyoung(self.0), PhantomData)
    }

    /// Clears the accessed bit. Equivalent to C's `pmd_mkold()`.
    #[inline]
    pub fn mkold(self) -> Self {
        Self(L::mkold(self.0), PhantomData)
    }

    /// Sets the dirty bit. Equivalent to C's `pmd_mkdirty()`.
    #[inline]
    pub fn mkdirty(self) -> Self {
        Self(L::mkdirty(self.0), PhantomData)
    }

    /// Lets user space write if `vma` does, and if a write makes no copy. Equivalent to C's
    /// `maybe_pmd_mkwrite()`, which leaves the second to its callers.
    #[inline]
    pub(super) fn maybe_mkwrite(self, vma: &VmaPfnMap) -> Self {
        if vma.is_cow_mapping() {
            return self;
        }
        // SAFETY: By the type invariant of `VmaRef` the vma is alive.
        Self(
            unsafe { L::maybe_mkwrite(self.0, vma.as_ptr()) },
            PhantomData,
        )
    }

    /// Takes the right to write away. Equivalent to C's `pmd_wrprotect()`.
    #[inline]
    #[cfg(CONFIG_KUNIT = "y")]
    fn wrprotect(self) -> Self {
        Self(L::wrprotect(self.0), PhantomData)
    }

    #[inline]
    pub(super) fn into_raw(self) -> L::Raw {
        self.0
    }
}

#[macros::kunit_tests(rust_pgtable_special)]
mod tests {
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    use super::super::Pmd;
    use super::super::{
        test_mm::{block_addr, Look, TestMm},
        DeviceFrames, Level, Pfn, Pte, Pud,
    };
    use super::*;
    use crate::prelude::*;

    /// What a test does to a leaf, and whether an entry shows that it was done.
    type Step<L, Raw> = (
        for<'g> fn(SpecialLeaf<'g, L>, &VmaPfnMap) -> SpecialLeaf<'g, L>,
        fn(Raw) -> bool,
    );

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: usize = Pud::PAGES << 10;

    fn is_special_leaf<L: SpecialLevel>(raw: L::Raw, first: usize) -> bool {
        L::present(raw) && L::leaf(raw) && L::special(raw) && L::pfn(raw) == first
    }

    fn leaf<L: SpecialLevel>(vma: &VmaPfnMap, first: usize) -> Option<SpecialLeaf<'_, L>> {
        // SAFETY: The leaf is looked at, and never installed.
        let frames = unsafe { DeviceFrames::new(Pfn::new(first), L::PAGES) };
        Some(SpecialLeaf::new(PfnProt::new(vma, frames.block(0)?)?))
    }

    fn with_vma(test: impl FnOnce(&VmaPfnMap) -> Option<bool>) -> Result<bool> {
        let mm = TestMm::new()?;
        let mmap = mm.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(0)).ok_or(EFAULT)?;
        test(vma.as_pfnmap_vma().ok_or(EINVAL)?).ok_or(EINVAL)
    }

    /// Whether what a leaf is made of is what it says, from the first frame to the last possible.
    fn unpacks_what_was_packed<L: SpecialLevel>() -> Result<bool> {
        with_vma(|vma| {
            let mut all = true;
            for first in [0, L::PAGES, PFN, Pfn::limit().as_raw() - L::PAGES] {
                let made = leaf::<L>(vma, first)?;
                all &= made.frames().first().as_raw() == first;
                all &= is_special_leaf::<L>(made.into_raw(), first);
            }
            Some(all)
        })
    }

    /// Whether every modifier does its own, and leaves the bit and the frame alone.
    fn special_survives<L: Look>() -> Result<bool> {
        let steps: [Step<L, L::Raw>; 6] = [
            (|leaf, _| leaf.mkyoung(), L::young),
            (|leaf, _| leaf.mkold(), |raw| !L::young(raw)),
            (|leaf, _| leaf.mkdirty(), L::dirty),
            (|leaf, _| leaf.wrprotect(), |raw| !L::write(raw)),
            (|leaf, vma| leaf.wrprotect().maybe_mkwrite(vma), L::write),
            (|leaf, vma| leaf.maybe_mkwrite(vma).mkdirty(), L::write),
        ];
        with_vma(|vma| {
            let mut all = true;
            for (step, done) in steps {
                let raw = step(leaf::<L>(vma, PFN)?, vma).into_raw();
                all &= done(raw) && is_special_leaf::<L>(raw, PFN);
            }
            let raw = leaf::<L>(vma, PFN)?.into_raw();
            let modified = L::modify(raw, L::pgprot(L::wrprotect(raw)));
            Some(all && !L::write(modified) && is_special_leaf::<L>(modified, PFN))
        })
    }

    #[test]
    fn pack_and_unpack() {
        assert_eq!(unpacks_what_was_packed::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(unpacks_what_was_packed::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(unpacks_what_was_packed::<Pud>(), Ok(true));
    }

    #[test]
    fn modifiers() {
        assert_eq!(special_survives::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(special_survives::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(special_survives::<Pud>(), Ok(true));
    }
}
