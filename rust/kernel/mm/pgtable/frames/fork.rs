// SPDX-License-Identifier: GPL-2.0

//! The entry of a parent, and its child's, which fork fills.
//!
//! C header: [`include/linux/huge_mm.h`](srctree/include/linux/huge_mm.h)

use crate::{
    mm::{
        pgtable::{events, locked_slot::PtlGuard, Entry, HugeLevel, Slot, SlotGuard, Special},
        virt::{flags, VmaRef},
        MmWithUser,
    },
    prelude::*,
};

/// The entries for one address in the tables of a parent and of its child.
///
/// # Invariants
///
/// - `parent` is the entry in a table of the mm of `vma`. `child` is the entry for the same address in
///   a table of `mm`, which fork fills. Neither table is freed while `'t` lasts.
/// - `child` is empty: nothing but fork maps anything in a mm that has never run, and fork does so
///   through this value.
pub struct ForkSlots<'t, L: HugeLevel> {
    mm: &'t MmWithUser,
    child: *mut L::Raw,
    parent: Slot<'t, L>,
    vma: &'t VmaRef,
}

impl<'t, L: HugeLevel> ForkSlots<'t, L> {
    /// Wraps the entries that C's fork has found for `addr`, in bytes: `child` is mm and entry,
    /// `parent` the entry in a table of the mm of `vma`.
    ///
    /// # Safety
    ///
    /// - The type invariants; `addr` lies in `vma`, which is not of hugetlb; and nothing else fills
    ///   `child` while `'t` lasts.
    /// - The mmap lock of the parent is held. If a write to the vma makes a copy, an invalidation of the
    ///   vma was started, and its TLB entries are flushed before the parent may write again.
    #[inline]
    pub unsafe fn from_raw(
        child: (&'t MmWithUser, *mut L::Raw),
        parent: *mut L::Raw,
        vma: &'t VmaRef,
        addr: usize,
    ) -> Self {
        // SAFETY: `parent` is the entry for the address, which lies in the vma; the mmap lock is held.
        let parent = unsafe { Slot::from_raw(parent, vma.as_ptr(), addr) };
        // INVARIANT: Fork has found both entries, and fills the child's through this alone.
        Self {
            mm: child.0,
            child: child.1,
            parent,
            vma,
        }
    }

    /// Copies a special leaf of the parent to the child, if the parent has one.
    ///
    /// The entry of the parent is read under both locks: `unmap_mapping_range()`, which takes no
    /// mmap lock, comes to the child's vma after the parent's and clears there what was copied
    /// before.
    ///
    /// A COW mapping is write-protected in both. The child's leaf is old and stays dirty: frames
    /// without a folio are not written back, and clearing the bit would cost a fault on hardware
    /// that does not set it. A leaf that maps a folio is not copied; it faults back.
    ///
    /// Fails with [`EAGAIN`] where the parent has a table. Equivalent to C's `copy_huge_pud()`, and
    /// to the part of `copy_huge_pmd()` for special entries.
    #[inline]
    pub fn copy(self) -> Result {
        let vma = self.vma;
        let (child, mut parent) = self.lock();
        match parent.entry() {
            Entry::Leaf(leaf) => {
                if let Some(leaf) = leaf.into_special() {
                    child.install(share(leaf, vma));
                }
                Ok(())
            }
            Entry::Vacant | Entry::NonPresent(_) => Ok(()),
            Entry::Table => Err(EAGAIN),
        }
    }

    /// Locks the child's entry and then the parent's, as C's fork does. The two locks are of two mms, and
    /// so never the same.
    #[inline]
    fn lock(self) -> (Child<'t, L>, SlotGuard<'t, L>) {
        // SAFETY: By the type invariant the table of the entry is not freed.
        let ptl = unsafe { L::lock(self.mm.as_raw(), self.child) };
        // INVARIANT: Locked just now, and by the type invariant empty.
        let child = Child {
            mm: self.mm,
            start: self.parent.place().start(),
            // SAFETY: `ptl` is the lock of the table of the entry, taken just now.
            ptl: unsafe { PtlGuard::new(self.child, ptl) },
        };
        (child, self.parent.lock_nested())
    }
}

/// The locked entry of the child.
///
/// # Invariants
///
/// The entry of `ptl` is the one for the block at `start` in a table of `mm`, the child's of
/// [`ForkSlots`], and is empty.
struct Child<'t, L: HugeLevel> {
    mm: &'t MmWithUser,
    start: usize,
    ptl: PtlGuard<'t, L>,
}

impl<L: HugeLevel> Child<'_, L> {
    /// Maps what the parent maps. Equivalent to C's `set_pmd_at()`.
    #[inline]
    fn install(self, leaf: L::Raw) {
        // SAFETY: By the type invariants the lock of the entry is held, and it is empty.
        unsafe { L::set_at(self.mm.as_raw(), self.start, self.ptl.as_ptr(), leaf) };
        events::pfnmap_copy(|| [(self.mm.into(), self.start, L::LEVEL, L::pfn(leaf), 0)]);
    }
}

/// Returns the child's copy of a leaf, and write-protects the parent's if writes to it copy.
#[inline]
fn share<L: HugeLevel>(leaf: Special<'_, L>, vma: &VmaRef) -> L::Raw {
    // `is_cow_mapping()` also looks at `VM_MAYWRITE`, without which no leaf is writable.
    if leaf.writable() && vma.flags() & flags::SHARED == 0 {
        return L::mkold(leaf.wrprotect());
    }
    L::mkold(leaf.raw())
}

#[macros::kunit_tests(rust_pgtable_fork)]
mod tests {
    use super::*;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use crate::mm::pgtable::Pud;
    use crate::mm::{
        pfnmap::PfnmapGuard,
        pgtable::{
            test_mm::{block_addr, Find, Look, TestMm},
            Pfn, Pmd, Pte,
        },
        virt::vm_flags_t,
    };

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: Pfn = Pfn::new(1 << 28);

    /// The frame that is mapped at block 1, and whether it may be written.
    fn found(test: &TestMm) -> Result<(usize, bool)> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        let found = PfnmapGuard::start(&mmap, vma, block_addr(1))?;
        Ok((found.pfn().as_raw(), found.writable()))
    }

    fn fork<L: Find>(child: &TestMm, parent: &TestMm) -> Result {
        let mmap = parent.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        let from = parent.entry::<L>(1)?;
        let to = (child.mm(), child.entry::<L>(1)?);
        // SAFETY: Entries for one block in two mms of the test, which fills the child's by this alone.
        unsafe { ForkSlots::<L>::from_raw(to, from, vma, block_addr(1)) }.copy()
    }

    fn family(vm_flags: vm_flags_t) -> Result<(TestMm, TestMm)> {
        Ok((TestMm::with(vm_flags)?, TestMm::with(vm_flags)?))
    }

    /// Whether a shared leaf stays writable in both, and one that is gone stays gone.
    fn shared<L: Find>() -> Result<bool> {
        let (child, parent) = family(flags::PFNMAP | flags::IO | flags::SHARED)?;
        parent.map::<L>(1, PFN)?;
        fork::<L>(&child, &parent)?;
        let leaf = Ok((PFN.as_raw(), true));
        let both = found(&child) == leaf && found(&parent) == leaf;
        let (late, _) = family(flags::PFNMAP | flags::IO | flags::SHARED)?;
        parent.unmap(1);
        fork::<L>(&late, &parent)?;
        Ok(both && found(&late) == Err(EINVAL) && found(&child) == leaf)
    }

    #[test]
    fn fork_shares() {
        assert_eq!(shared::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(shared::<Pud>(), Ok(true));
    }

    /// The child has accessed nothing yet, and what the parent has done stays known.
    fn child_is_old<L: Find + Look>() -> Result {
        let (child, parent) = family(flags::PFNMAP | flags::IO | flags::SHARED)?;
        parent.map_written::<L>(1, PFN)?;
        fork::<L>(&child, &parent)?;
        let (of_parent, of_child) = (parent.leaf_bits::<L>(1)?, child.leaf_bits::<L>(1)?);
        assert!(of_parent.young && of_parent.dirty && of_parent.writable);
        assert!(!of_child.young && of_child.writable);
        Ok(())
    }

    #[test]
    fn fork_forgets_accesses() -> Result {
        child_is_old::<Pmd>()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        child_is_old::<Pud>()?;
        Ok(())
    }

    /// A COW leaf is read-only in both.
    #[test]
    fn fork_protects_cow() -> Result {
        let (child, parent) = family(flags::MIXEDMAP | flags::IO | flags::MAYWRITE)?;
        parent.map_written::<Pmd>(1, PFN)?;
        assert_eq!(found(&parent), Ok((PFN.as_raw(), true)));
        assert_eq!(fork::<Pmd>(&child, &parent), Ok(()));
        assert_eq!(found(&parent), Ok((PFN.as_raw(), false)));
        assert_eq!(found(&child), Ok((PFN.as_raw(), false)));
        Ok(())
    }

    #[test]
    fn fork_refuses() -> Result {
        let (child, parent) = family(flags::PFNMAP | flags::IO | flags::SHARED)?;
        parent.map::<Pte>(1, PFN)?;
        assert_eq!(fork::<Pmd>(&child, &parent), Err(EAGAIN));
        Ok(())
    }
}
