// SPDX-License-Identifier: GPL-2.0

//! Splitting a huge mapping of frames in place.
//!
//! Each split is inside an invalidation of the whole leaf in secondary MMUs, which [`split_at()`]
//! and the C callers of [`split()`] start: `Documentation/mm/rust_pgtable_looks.rst` says why.

use kernel::{
    alloc::AllocError,
    mm::{
        notifier::{InvalidateRange, Unmapped},
        pgtable::{Entry, HugeLevel, Level, Pmd, Pud, Slot, Snapshot, SpareTable, Special},
        virt::VmaRef,
    },
    prelude::*,
};

/// Makes `address`, in bytes, a border between entries: on the way to it, each special leaf that
/// maps bytes on both sides is split. All others stay as they are.
///
/// The mmap lock is held for writing, and the vma is write-locked, so that no fault makes a new
/// leaf. Sleeps for the tables if `may_sleep`. Fails without memory, and has split nothing then.
///
/// Equivalent to C's `split_huge_pmd_if_needed()`.
pub(crate) fn split_at(vma: &VmaRef, address: usize, may_sleep: bool) -> Result<(), AllocError> {
    let Some(slot) = Slot::find(vma, address) else {
        return Ok(());
    };
    let (upper, lower) = cuts(slot.clone(), address);
    if !upper && !lower {
        return Ok(());
    }
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    let upper_table = upper.then(|| spare(&slot, may_sleep)).transpose()?;
    let lower = lower.then(|| spare(&slot, may_sleep)).transpose()?;
    let mut invalidation = if upper {
        InvalidateRange::clear::<Pud>(&slot)
    } else {
        InvalidateRange::clear::<Pmd>(&slot)
    };
    let invalidated = invalidation.start();
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    if let Some(table) = upper_table {
        split(slot.clone(), Some(table), invalidated.unmapped());
    }
    if let (Some(table), Some(slot)) = (lower, pmd(slot)) {
        split(slot, Some(table), invalidated.unmapped());
    }
    Ok(())
}

/// Splits the special leaf in `slot`, one level down, by `table` or by one that is allocated without
/// sleeping. Returns whether nothing is left to be split there: not if the leaf is none of frames,
/// and not without memory, of which the drop of the leaf is counted. Equivalent to C's
/// `__split_huge_pmd_locked()` and `__split_huge_pud_locked()`.
///
/// The tables and the vma stay: the mmap lock, the vma lock or the `i_mmap_rwsem` is held.
pub(crate) fn split<L: HugeLevel>(
    slot: Slot<'_, L>,
    table: Option<SpareTable<L>>,
    unmapped: Unmapped<'_>,
) -> bool {
    let mut guard = slot.clone().lock();
    let leaf = match guard.entry() {
        Entry::Leaf(leaf) => leaf.into_special(),
        Entry::NonPresent(_) => None,
        Entry::Vacant | Entry::Table => return true,
    };
    let Some(leaf) = leaf else {
        return false;
    };
    // Must not sleep: the lock is held, and by a zap the `i_mmap_rwsem`, which reclaim takes.
    let Some(table) = table.or_else(|| SpareTable::new_nowait(&slot).ok()) else {
        leaf.count_dropped();
        return false;
    };
    leaf.split(table, unmapped).is_ok()
}

/// Makes a table for a leaf on the way down from `pud`, and traces that leaf if there is no memory.
#[inline]
fn spare<L: HugeLevel>(pud: &Slot<'_, Pud>, may_sleep: bool) -> Result<SpareTable<L>, AllocError> {
    let table = if may_sleep {
        SpareTable::new(pud)
    } else {
        SpareTable::new_nowait(pud)
    };
    table.inspect_err(|_| stay(pud.clone()))
}

/// Traces that the leaf on the way down from `pud` stays, for want of memory.
#[cold]
fn stay(pud: Slot<'_, Pud>) {
    if cfg!(not(CONFIG_TRACEPOINTS)) {
        return;
    }
    match pud.snapshot() {
        Snapshot::Table(pmd) => with_special(pmd, |leaf| leaf.trace_no_memory()),
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        Snapshot::Leaf(pud) => with_special(pud, |leaf| leaf.trace_no_memory()),
        _ => None,
    };
}

/// Calls `f` with the special leaf in `slot`, under its lock, if there is one.
#[inline]
fn with_special<L: HugeLevel, R>(
    slot: Slot<'_, L>,
    f: impl FnOnce(Special<'_, L>) -> R,
) -> Option<R> {
    match slot.lock().entry() {
        Entry::Leaf(leaf) => leaf.into_special().map(f),
        _ => None,
    }
}

/// Whether a special PUD maps bytes on both sides of `address`, and whether a special PMD does, or
/// would once the PUD in `slot` is split.
#[inline]
fn cuts(slot: Slot<'_, Pud>, address: usize) -> (bool, bool) {
    let inside = address % Pmd::SIZE != 0;
    match slot.snapshot() {
        Snapshot::Table(pmd) => (false, inside && is_special(pmd)),
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        Snapshot::Leaf(slot) => {
            let upper = address % Pud::SIZE != 0 && is_special(slot);
            (upper, upper && inside)
        }
        _ => (false, false),
    }
}

#[inline]
fn pmd(slot: Slot<'_, Pud>) -> Option<Slot<'_, Pmd>> {
    match slot.snapshot() {
        Snapshot::Table(pmd) => Some(pmd),
        _ => None,
    }
}

/// Whether the entry is a special leaf. In a write-locked vma nothing becomes one, so only what was
/// read as a leaf needs the lock.
#[inline]
fn is_special<L: HugeLevel>(slot: Slot<'_, L>) -> bool {
    match slot.snapshot() {
        Snapshot::Leaf(slot) => with_special(slot, |_| ()).is_some(),
        _ => false,
    }
}

#[kunit_tests(rust_pfnmap_split)]
mod tests {
    use super::*;
    use crate::{ffi::test_frames, insert::insert};
    use kernel::mm::{
        pfnmap::{fault::Access, PfnmapGuard},
        pgtable::{
            test_mm::{block_addr, Make, TestMm},
            Pfn, Pte,
        },
    };

    /// Aligned to every level, at 1 TiB, and never accessed.
    const PFN: Pfn = Pfn::new(1 << 28);

    fn with_vma<R>(test: &TestMm, f: impl FnOnce(&VmaRef) -> Option<R>) -> Result<R> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        f(vma).ok_or(EINVAL)
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
            let frames = test_frames(PFN, L::PAGES);
            let entry = test.fault::<L>(vma, block_addr(1)).ok()?;
            insert(entry, (PFN, &frames), Access::Write).ok()
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
        with_vma(test, |vma| split_at(vma, address, true).ok())
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

    /// Splits the PMD at the start of block 1 while secondary MMUs do not map the first block of level
    /// `L` of it.
    fn split_first<L: Level>(test: &TestMm) -> Result<bool> {
        with_vma(test, |vma| {
            let slot = pmd(Slot::find(vma, block_addr(1))?)?;
            let mut range = InvalidateRange::clear::<L>(&slot);
            let notified = range.start();
            Some(split(slot, None, notified.unmapped()))
        })
    }

    /// What a zap needs: one level, and whether something is left to be split. Nothing is split
    /// while a secondary MMU may map a byte of the leaf.
    #[test]
    fn split_entry() -> Result {
        let test = mapped::<Pmd>()?;
        assert_eq!(split_first::<Pte>(&test), Ok(false));
        assert!(maps::<Pmd>(&test, 0));
        assert_eq!(split_first::<Pmd>(&test), Ok(true));
        assert!(maps::<Pte>(&test, 0));
        assert_eq!(split_first::<Pmd>(&test), Ok(true));
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
