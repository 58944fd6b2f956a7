// SPDX-License-Identifier: GPL-2.0

//! Cutting a huge mapping of frames where a smaller one is wanted, without taking it away.
//!
//! Each split is inside an invalidation of the whole leaf in secondary MMUs, which [`split_at()`]
//! and the C callers of [`split()`] start: `Documentation/mm/rust_pgtable.rst` says why.

use core::ops::Range;
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use kernel::mm::pgtable::Pud;
use kernel::{
    alloc::{AllocError, Flags},
    mm::{
        notifier::{Event, InvalidateRange},
        pgtable::{
            Entry, HugeLevel, Level, Pmd, Slot, Snapshot, SpareTable, SpecialLevel, TableLevel,
            VmaBlock, VmaPfnMap, Walk,
        },
    },
    prelude::*,
};

/// For a change that fails without memory.
pub(crate) const MUST: Flags = GFP_KERNEL_ACCOUNT;

/// For one that can do without: the leaf is dropped and faults back. A zap must not reclaim,
/// because reclaim takes the `i_mmap_rwsem`, which it holds.
#[inline]
pub(crate) fn may() -> Flags {
    GFP_NOWAIT | (GFP_KERNEL_ACCOUNT & !GFP_KERNEL)
}

/// Makes `address`, in bytes, a border between entries: on the way to it, each special leaf that
/// maps bytes on both sides is split. All others stay as they are.
///
/// The mmap lock is held for writing, and the vma is write-locked, so that no fault makes a new
/// leaf. The tables are allocated with `gfp`. Fails without memory, and has split nothing then.
///
/// Equivalent to C's `split_huge_pmd_if_needed()`.
pub(crate) fn split_at(vma: &VmaPfnMap, address: usize, gfp: Flags) -> Result<(), AllocError> {
    let upper = cut_pud(vma, address);
    let lower = cut::<Pmd>(vma, address)
        .filter(|_| upper.is_some() || is_special(pmd(vma, address)))
        .map(|place| place.addresses());
    let Some(largest) = upper.clone().or_else(|| lower.clone()) else {
        return Ok(());
    };
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    let upper = upper.map(|_| SpareTable::new(vma, gfp)).transpose()?;
    let lower = lower.map(|_| SpareTable::new(vma, gfp)).transpose()?;
    let mut invalidation = InvalidateRange::new(vma.mm(), largest, Event::Clear);
    let _invalidated = invalidation.start();
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    if let (Some(table), Some(slot)) = (upper, pud(vma, address)) {
        replace(slot, table, vma.block(address));
    }
    if let (Some(table), Some(slot)) = (lower, pmd(vma, address)) {
        replace(slot, table, vma.block(address));
    }
    Ok(())
}

/// Splits the special leaf of a block, one level down, for a caller that must not sleep. Returns
/// whether nothing is left to be split there: not if the leaf is none of frames, and not without
/// memory. Equivalent to C's `__split_huge_pmd_locked()` and `__split_huge_pud_locked()`.
///
/// `slot` returns the entry of the block. The tables and the vma stay: the mmap lock, the vma lock
/// or the `i_mmap_rwsem` is held. An invalidation of the block was started.
pub(crate) fn split<'v, L: HugeLevel>(
    place: VmaBlock<'v, L>,
    slot: impl Fn(&VmaBlock<'v, L>) -> Slot<'v, L>,
) -> bool {
    match slot(&place).lock().entry() {
        Entry::Leaf(leaf) => {
            if leaf.into_special().is_none() {
                return false;
            }
        }
        Entry::NonPresent(_) => return false,
        Entry::Vacant(_) | Entry::Table => return true,
    }
    let Ok(table) = SpareTable::new(place.vma(), may()) else {
        return false;
    };
    replace(slot(&place), table, Some(place))
}

/// Puts `table` in the place of a special leaf, if there still is one. Returns whether no leaf is
/// left.
#[inline]
fn replace<L: HugeLevel>(
    slot: Slot<'_, L>,
    table: SpareTable<L>,
    place: Option<VmaBlock<'_, L>>,
) -> bool {
    let mut guard = slot.lock();
    let Entry::Leaf(leaf) = guard.entry() else {
        return true;
    };
    let (Some(leaf), Some(place)) = (leaf.into_special(), place) else {
        return false;
    };
    leaf.split(table, &place)
}

/// Returns the block of the vma in which `address` lies, but not at its start.
#[inline]
fn cut<L: Level>(vma: &VmaPfnMap, address: usize) -> Option<VmaBlock<'_, L>> {
    vma.block(address)
        .filter(|place| place.addr().as_raw() != address)
}

/// Returns the addresses, in bytes, of the special PUD that `address` cuts.
#[inline]
fn cut_pud(_vma: &VmaPfnMap, _address: usize) -> Option<Range<usize>> {
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    return cut::<Pud>(_vma, _address)
        .filter(|_| is_special(pud(_vma, _address)))
        .map(|place| place.addresses());
    #[cfg(not(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP))]
    None
}

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
#[inline]
fn pud(vma: &VmaPfnMap, address: usize) -> Option<Slot<'_, Pud>> {
    Walk::new(vma, address)?.pud()
}

#[inline]
fn pmd(vma: &VmaPfnMap, address: usize) -> Option<Slot<'_, Pmd>> {
    match Walk::new(vma, address)?.pud()?.snapshot() {
        Snapshot::Table(table) => Some(table.pmd()),
        _ => None,
    }
}

#[inline]
fn is_special<L: SpecialLevel + TableLevel>(slot: Option<Slot<'_, L>>) -> bool {
    slot.is_some_and(|slot| match slot.lock().entry() {
        Entry::Leaf(leaf) => leaf.into_special().is_some(),
        _ => false,
    })
}

#[kunit_tests(rust_pfnmap_split)]
mod tests {
    use super::*;
    use crate::insert::insert;
    use kernel::mm::{
        fault::Access,
        pfnmap::PfnmapGuard,
        pgtable::{
            test_mm::{block_addr, Make, TestMm},
            NotLocked, Pfn, Pte,
        },
    };

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: Pfn = Pfn::new(1 << 28);

    fn with_vma<R>(test: &TestMm, f: impl FnOnce(&VmaPfnMap) -> Option<R>) -> Result<R> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        vma.as_pfnmap_vma().and_then(f).ok_or(EINVAL)
    }

    /// What maps an address: the frame, how many bytes by one entry, special, writable.
    fn found(test: &TestMm, address: usize) -> Result<(usize, usize, bool, bool)> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
        let found = PfnmapGuard::start(&mmap, vma, address)?;
        let size = found.addr_mask().wrapping_neg();
        Ok((
            found.pfn().as_raw(),
            size,
            found.special(),
            found.writable(),
        ))
    }

    /// A mm with one leaf, at the start of block 1.
    fn mapped<L: HugeLevel + Make>() -> Result<TestMm> {
        let test = TestMm::new()?;
        with_vma(&test, |vma| {
            let device = (PFN, test.frames(PFN, L::PAGES));
            insert::<L>(vma, block_addr(1), device, Access::Write, |place| {
                test.lock(place).ok_or(NotLocked::NoMemory)
            })
            .ok()
        })?;
        Ok(test)
    }

    /// Whether the page `page` of the block is mapped as it was, by an entry of level `L`.
    fn maps<L: Level>(test: &TestMm, page: usize) -> bool {
        let address = block_addr(1) + page * Pte::SIZE;
        found(test, address) == Ok((PFN.as_raw() + page, L::SIZE, true, true))
    }

    fn split_behind(test: &TestMm, pages: usize) -> Result {
        let address = block_addr(1) + pages * Pte::SIZE;
        with_vma(test, |vma| split_at(vma, address, MUST).ok())
    }

    #[test]
    fn split_pmd() -> Result {
        let test = mapped::<Pmd>()?;
        assert_eq!(split_behind(&test, 0), Ok(()));
        assert!(maps::<Pmd>(&test, 7));
        assert_eq!(split_behind(&test, 7), Ok(()));
        assert!((0..Pmd::PAGES).all(|page| maps::<Pte>(&test, page)));
        assert_eq!(split_behind(&test, 7), Ok(()));
        assert!(maps::<Pte>(&test, 7));
        Ok(())
    }

    /// Only what lies across the address is split.
    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn split_pud() -> Result {
        let test = mapped::<Pud>()?;
        assert_eq!(split_behind(&test, 0), Ok(()));
        assert!(maps::<Pud>(&test, Pud::PAGES - 1));
        assert_eq!(split_behind(&test, 5 * Pmd::PAGES), Ok(()));
        assert!((0..Pud::PAGES).all(|page| maps::<Pmd>(&test, page)));
        Ok(())
    }

    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn split_pud_to_pages() -> Result {
        let test = mapped::<Pud>()?;
        let cut = 5 * Pmd::PAGES + 7;
        assert_eq!(split_behind(&test, cut), Ok(()));
        let by_pages = 5 * Pmd::PAGES..6 * Pmd::PAGES;
        assert!((0..Pud::PAGES).all(|page| if by_pages.contains(&page) {
            maps::<Pte>(&test, page)
        } else {
            maps::<Pmd>(&test, page)
        }));
        Ok(())
    }

    /// What a zap asks for: one level, and to be told of what it must split itself.
    #[test]
    fn split_entry() -> Result {
        let split_first = |test: &TestMm| {
            with_vma(test, |vma| {
                let address = block_addr(1);
                pmd(vma, address)?;
                Some(split(vma.block(address)?, |_| pmd(vma, address).unwrap()))
            })
        };
        let test = mapped::<Pmd>()?;
        assert_eq!(split_first(&test), Ok(true));
        assert!(maps::<Pte>(&test, 0));
        assert_eq!(split_first(&test), Ok(true));
        Ok(())
    }

    /// Only a vma that may map special entries is write-locked early: others stay open to faults
    /// until the cut is sure to come.
    #[cfg(CONFIG_PER_VMA_LOCK)]
    #[test]
    fn cut_write_locks() -> Result {
        use kernel::mm::virt::flags;

        for (vm_flags, locks) in [
            (flags::MAYWRITE, false),
            (flags::IO | flags::PFNMAP, true),
            (flags::MIXEDMAP, true),
        ] {
            let test = TestMm::with_flags(vm_flags)?;
            assert_eq!(test.split_write_locks(block_addr(1)), Ok(locks));
            assert_eq!(test.unmap_write_locks(block_addr(1)), Ok(locks));
        }
        Ok(())
    }
}
