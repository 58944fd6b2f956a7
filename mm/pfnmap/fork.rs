// SPDX-License-Identifier: GPL-2.0

//! Copying an entry from a parent to its child.

use kernel::{
    mm::{
        pgtable::{Entry, HugeLevel, Slot, Special, SpecialLeaf},
        virt::VmaRef,
    },
    prelude::*,
};

/// Copies the special leaf of `parent`, if it has one now, to `child`, which is empty. C twins: the
/// branch of `copy_huge_pmd()` for special entries, and `copy_huge_pud()`.
///
/// `vma` is the parent's. Its mmap lock is held for writing, so that no fault adds an entry;
/// `unmap_mapping_range()` may take one away all the same, which is why nothing is read but under
/// both locks. It comes to the child's vma after the parent's, `i_mmap` having them in this order,
/// and clears there what was copied before it cleared the parent's.
///
/// A folio is not copied: a fault maps it again. Fails with [`EAGAIN`] where the parent has a table.
#[inline]
pub(crate) fn copy<'t, L: HugeLevel>(
    child: Slot<'t, L>,
    parent: Slot<'t, L>,
    vma: &VmaRef,
) -> Result {
    let (mut child, mut parent) = child.lock_with(parent);
    let leaf = match parent.entry() {
        Entry::Leaf(leaf) => leaf,
        // It has gone. What is not present is no mapping of frames, and is not cleared for that.
        Entry::Vacant(_) | Entry::NonPresent(_) => return Ok(()),
        Entry::Table => return Err(EAGAIN),
    };
    let Some(leaf) = leaf.into_special() else {
        return Ok(());
    };
    child.install(share(leaf, vma));
    Ok(())
}

/// Returns what the child gets: old, for the child has not touched it. The dirty bit stays: nobody
/// writes frames back that have no folio, and without hardware that sets it clearing costs a fault.
#[inline]
fn share<'g, L: HugeLevel>(leaf: Special<'g, L>, vma: &VmaRef) -> SpecialLeaf<'g, L> {
    if vma.is_cow_mapping() {
        seldom();
        if leaf.writable() {
            return leaf.wrprotect().copied().mkold();
        }
    }
    leaf.copied().mkold()
}

/// Says that its caller is seldom there. Without it LLVM asks both questions of each entry: six
/// instructions more where all is shared.
#[cold]
#[inline(never)]
fn seldom() {}

#[kunit_tests(rust_pfnmap_fork)]
mod tests {
    use super::*;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use kernel::mm::pgtable::Pud;
    use kernel::mm::{
        pfnmap::PfnmapGuard,
        pgtable::{
            test_mm::{block_addr, Find, TestMm},
            Pfn, Pmd, Pte,
        },
        virt::{flags, vm_flags_t},
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
        copy(child.slot::<L>(1)?, parent.slot::<L>(1)?, vma)
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

    /// What copies on write may be written by neither.
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
