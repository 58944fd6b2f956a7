// SPDX-License-Identifier: GPL-2.0

//! Mapping a block of frames for a fault, at any level.

use kernel::{
    mm::{
        pfnmap::{
            fault::{Access, FaultError},
            DeviceFrames, FaultEntry, NotInserted,
        },
        pgtable::{Level, Pfn, Pte, SpecialLevel},
        virt::flags,
    },
    prelude::*,
};

/// Maps the frames of `device`, one block of them, where `entry` was found. Equivalent to C's
/// `insert_pfn()`, `insert_pmd()` and `insert_pud()` with the checks that come before them.
///
/// The locks are those of a fault. Fails, after one warning of the driver, with
/// [`FaultError::Sigbus`] for a frame number that no mapping can have, and with
/// [`FaultError::Fallback`] for frames or addresses that are no block of this level. Fails with
/// [`FaultError::Sigbus`] where L1TF forbids the frames, or where the write has hit a mapping of
/// others, and with [`FaultError::Oom`] without memory for a table. Fails with
/// [`FaultError::Hwpoison`] for a page that is poisoned, and with [`FaultError::Fallback`] for a
/// block around one.
#[inline]
pub(crate) fn insert<L: SpecialLevel>(
    entry: FaultEntry<'_, L>,
    device: (Pfn, &DeviceFrames),
    access: Access,
) -> Result<(), FaultError> {
    let frames = device.1.block::<L>(0).ok_or_else(|| no_block(device.0))?;
    entry.insert(frames, access).or_else(|why| match why {
        NotInserted::Outside => Err(outside_vma()),
        NotInserted::L1tf => Err(FaultError::Sigbus),
        NotInserted::NoMemory => Err(FaultError::Oom),
        // The access finds the leaf when it is tried again.
        NotInserted::Changed => Ok(()),
        NotInserted::Poisoned => Err(poisoned::<L>()),
        NotInserted::OtherFrames => Err(other_frames()),
    })
}

/// Maps one page as [`insert()`] does, but no page with a `struct page` into a vma that counts the
/// references of such pages. Equivalent to the last `BUG_ON()` of C's `vmf_insert_pfn_prot()`.
#[inline]
pub(crate) fn insert_page(
    entry: FaultEntry<'_, Pte>,
    device: (Pfn, &DeviceFrames),
    access: Access,
) -> Result<(), FaultError> {
    if entry.vma().flags() & flags::MIXEDMAP != 0 && device.0.has_page() {
        return Err(wrong_vma());
    }
    insert(entry, device, access)
}

/// By smaller entries the other pages of the block can be mapped.
#[cold]
fn poisoned<L: Level>() -> FaultError {
    if L::SIZE == Pte::SIZE {
        FaultError::Hwpoison
    } else {
        FaultError::Fallback
    }
}

// Each warns once, of a driver's mistake of one kind. One function for all levels: inlined, each is
// 40 bytes.

#[cold]
#[inline(never)]
pub(crate) fn wrong_vma() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Sigbus
}

// Called, it would cost each insert a jump.
#[cold]
fn outside_vma() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Fallback
}

#[cold]
#[inline(never)]
fn other_frames() -> FaultError {
    kernel::do_once_lite! { kernel::warn_on!(true); }
    FaultError::Sigbus
}

/// A number that is not aligned may still be mapped by pages, one that does not fit may not.
#[cold]
#[inline(never)]
fn no_block(first: Pfn) -> FaultError {
    if first.fits() {
        kernel::do_once_lite! { kernel::warn_on!(true); }
        FaultError::Fallback
    } else {
        kernel::do_once_lite! { kernel::warn_on!(true); }
        FaultError::Sigbus
    }
}

#[kunit_tests(rust_pfnmap_insert)]
mod tests {
    use super::*;
    use crate::ffi::test_frames;
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    use kernel::mm::pgtable::Pmd;
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    use kernel::mm::pgtable::Pud;
    use kernel::mm::{
        pfnmap::PfnmapGuard,
        pgtable::test_mm::{block_addr, LeafBits, Look, Make, TestMm},
        virt::flags,
    };

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: Pfn = Pfn::new(1 << 28);

    /// What is mapped at a block: frame, bytes of the entry, special.
    type Found = Result<(usize, usize, bool)>;

    fn found(test: &TestMm, block: usize) -> Found {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(block)).ok_or(EFAULT)?;
        let found = PfnmapGuard::start(&mmap, vma, block_addr(block))?;
        let size = found.addr_mask().wrapping_neg();
        Ok((found.pfn().as_raw(), size, found.special()))
    }

    fn insert_at<L: SpecialLevel + Make>(
        test: &TestMm,
        block: usize,
        first: Pfn,
        access: Access,
    ) -> Result<(), FaultError> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap
            .vma_lookup(block_addr(block))
            .ok_or(FaultError::Sigbus)?;
        let frames = test_frames(first, L::PAGES);
        let entry = test.fault::<L>(vma, block_addr(block) + L::SIZE - 1);
        insert(
            entry.map_err(|_| FaultError::Oom)?,
            (first, &frames),
            access,
        )
    }

    /// Whether an insert maps, once, and again; and whether a read of others leaves it alone.
    fn inserts<L: SpecialLevel + Make>(access: Access) -> Result<bool> {
        let test = TestMm::new()?;
        let done = |first, access| insert_at::<L>(&test, 1, first, access).is_ok();
        let all = done(PFN, access)
            && done(PFN, Access::Write)
            && done(Pfn::new(PFN.as_raw() + L::PAGES), Access::Read);
        Ok(all && found(&test, 1) == Ok((PFN.as_raw(), L::SIZE, true)))
    }

    #[test]
    fn insert_pte() {
        assert_eq!(inserts::<Pte>(Access::Read), Ok(true));
        assert_eq!(inserts::<Pte>(Access::Write), Ok(true));
    }

    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    fn insert_huge() {
        assert_eq!(inserts::<Pmd>(Access::Read), Ok(true));
        assert_eq!(inserts::<Pmd>(Access::Write), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(inserts::<Pud>(Access::Read), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(inserts::<Pud>(Access::Write), Ok(true));
    }

    /// Whether a leaf has the cache mode that the kernel knows for its frames, of which none is memory. The
    /// vma has that of memory.
    #[cfg(CONFIG_X86_64)]
    fn has_mode_of_frames<L: SpecialLevel + Make>() -> Result<bool> {
        /// `_PAGE_PWT` and `_PAGE_PCD`.
        const MODE: u64 = 3 << 3;
        /// `_PAGE_CACHE_MODE_UC_MINUS`: `_PAGE_PCD` alone.
        const UC_MINUS: u64 = 1 << 4;

        let test = TestMm::new()?;
        insert_at::<L>(&test, 1, PFN, Access::Read).map_err(|_| EIO)?;
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        let found = PfnmapGuard::start(&mmap, vma, block_addr(1))?;
        Ok(found.pgprot().bits() & MODE == UC_MINUS)
    }

    #[test]
    #[cfg(CONFIG_X86_64)]
    fn insert_has_cache_mode() {
        assert_eq!(has_mode_of_frames::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(has_mode_of_frames::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(has_mode_of_frames::<Pud>(), Ok(true));
    }

    /// Whether a write finds that it lost a race to the same mapping, where `vm_page_prot` has a
    /// bit of the address set.
    fn upgrades_with_address_bit<L: SpecialLevel + Make>() -> Result<bool> {
        let test = TestMm::new()?;
        test.add_address_bit();
        let read = insert_at::<L>(&test, 1, PFN, Access::Read).is_ok();
        Ok(read && insert_at::<L>(&test, 1, PFN, Access::Write).is_ok())
    }

    #[test]
    fn insert_with_address_bit() {
        assert_eq!(upgrades_with_address_bit::<Pte>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        assert_eq!(upgrades_with_address_bit::<Pmd>(), Ok(true));
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        assert_eq!(upgrades_with_address_bit::<Pud>(), Ok(true));
    }

    /// What a leaf says that faults for `accesses` have made, one after the other.
    fn leaf_after<L: Look + Make>(test: &TestMm, accesses: &[Access]) -> Result<LeafBits> {
        for access in accesses {
            insert_at::<L>(test, 1, PFN, *access).map_err(|_| EIO)?;
        }
        test.leaf_bits::<L>(1)
    }

    /// A write leaves nothing to do for a second fault, whether or not it finds the leaf there, and
    /// whether or not the protection of the vma lets a leaf be written from the start.
    fn write_is_done<L: Look + Make>() -> Result {
        const DONE: LeafBits = LeafBits {
            young: true,
            dirty: true,
            writable: true,
        };
        for accesses in [&[Access::Write][..], &[Access::Read, Access::Write]] {
            assert_eq!(leaf_after::<L>(&TestMm::new()?, accesses)?, DONE);
            let test = TestMm::new()?;
            test.notify_writes();
            assert_eq!(leaf_after::<L>(&test, accesses)?, DONE);
        }
        Ok(())
    }

    /// A read leaves an entry unwritten where the file is notified of writes, and nothing writes through
    /// a private mapping.
    fn write_is_not_done<L: Look + Make>() -> Result {
        let test = TestMm::new()?;
        test.notify_writes();
        let found = leaf_after::<L>(&test, &[Access::Read])?;
        assert!(!found.writable && !found.dirty);
        for accesses in [&[Access::Write][..], &[Access::Read, Access::Write]] {
            let test = TestMm::with(flags::IO | flags::MIXEDMAP | flags::MAYWRITE)?;
            assert!(!leaf_after::<L>(&test, accesses)?.writable);
        }
        Ok(())
    }

    #[test]
    fn insert_for_a_write() -> Result {
        write_is_done::<Pte>()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        write_is_done::<Pmd>()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        write_is_done::<Pud>()?;
        Ok(())
    }

    #[test]
    fn insert_keeps_read_only() -> Result {
        write_is_not_done::<Pte>()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        write_is_not_done::<Pmd>()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        write_is_not_done::<Pud>()?;
        Ok(())
    }

    /// A table is not taken for a leaf, whatever frame number its bits would make.
    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    fn insert_leaves_table() -> Result {
        let test = TestMm::new()?;
        test.map::<Pte>(1, PFN)?;
        for access in [Access::Read, Access::Write] {
            assert_eq!(insert_at::<Pmd>(&test, 1, PFN, access), Ok(()));
            assert_eq!(found(&test, 1), Ok((PFN.as_raw(), Pte::SIZE, true)));
        }
        Ok(())
    }

    #[test]
    fn insert_leaves_marker() -> Result {
        let test = TestMm::new()?;
        test.mark(1)?;
        assert_eq!(insert_at::<Pte>(&test, 1, PFN, Access::Write), Ok(()));
        assert_eq!(found(&test, 1), Err(EINVAL));
        Ok(())
    }
}
