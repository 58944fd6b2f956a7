// SPDX-License-Identifier: GPL-2.0

//! Looking up a mapped frame, at any level.

use kernel::{
    mm::pgtable::{Level, NotLeaf, Pmd, Pud, Slot, SlotGuard, Snapshot, TableLevel},
    prelude::*,
};

/// Where a lookup puts what it finds, whatever the level.
///
/// An enum of the three levels, returned and matched once more, costs 165 bytes of code on x86_64.
pub(crate) trait Sink {
    /// What says that it has a leaf.
    type Found;

    /// Takes the leaf and its lock, if it is one.
    fn put<L: Level>(&mut self, guard: SlotGuard<'_, L>) -> Result<Self::Found, NotLeaf>;
}

/// Why one way down the tables found nothing.
enum Lost {
    Absent,
    /// The entry is no longer what a snapshot showed.
    Changed,
}

/// Finds and locks the leaf below the PUD that `find` returns, and gives it to `sink`. Equivalent to
/// C's `follow_pfnmap_start()`.
///
/// Fails with [`EINVAL`] if nothing is mapped there now; the caller may then fault it in and try
/// again.
///
/// Tries again by itself as long as entries change under it: each change is the
/// progress of another thread, and an empty entry ends the attempt.
#[inline]
pub(crate) fn follow<'t, S: Sink>(
    find: impl Fn() -> Option<Slot<'t, Pud>>,
    sink: &mut S,
) -> Result<S::Found> {
    loop {
        match follow_from(find().ok_or(EINVAL)?, sink) {
            Ok(found) => return Ok(found),
            Err(Lost::Absent) => return Err(EINVAL),
            Err(Lost::Changed) => {}
        }
    }
}

/// Goes on where the entry is a table, ends with a locked leaf where it is one.
#[inline]
fn follow_from<L: Descend, S: Sink>(slot: Slot<'_, L>, sink: &mut S) -> Result<S::Found, Lost> {
    match slot.snapshot() {
        Snapshot::Table(pmd) => L::descend(pmd, sink),
        Snapshot::Leaf(slot) => take(slot.lock(), sink),
        Snapshot::Vacant(_) | Snapshot::NonPresent(_) => Err(Lost::Absent),
    }
}

#[inline]
fn take<L: Level, S: Sink>(guard: SlotGuard<'_, L>, sink: &mut S) -> Result<S::Found, Lost> {
    sink.put(guard).map_err(|why| match why {
        NotLeaf::Gone => Lost::Absent,
        NotLeaf::BecameTable => Lost::Changed,
    })
}

/// How a lookup goes on in the table that an entry of this level points to.
trait Descend: TableLevel {
    fn descend<S: Sink>(pmd: Slot<'_, Pmd>, sink: &mut S) -> Result<S::Found, Lost>;
}

impl Descend for Pud {
    #[inline]
    fn descend<S: Sink>(pmd: Slot<'_, Pmd>, sink: &mut S) -> Result<S::Found, Lost> {
        follow_from(pmd, sink)
    }
}

impl Descend for Pmd {
    #[inline]
    fn descend<S: Sink>(pmd: Slot<'_, Pmd>, sink: &mut S) -> Result<S::Found, Lost> {
        match pmd.lock_pte() {
            Some(guard) => take(guard, sink),
            None => Err(Lost::Changed),
        }
    }
}

#[kunit_tests(rust_pfnmap_follow)]
mod tests {
    use super::*;
    use kernel::{
        mm::{
            pfnmap::PfnmapGuard,
            pgtable::{
                test_mm::{block_addr, Make, TestMm, BLOCKS},
                Entry, Pfn, Pte,
            },
            virt::flags,
        },
        page::{PAGE_MASK, PAGE_SIZE},
    };

    /// Aligned to every level, from 1 TiB on, and never accessed.
    const PFN: Pfn = Pfn::new(1 << 28);

    /// What a lookup found: frame, bytes of the entry, writable, special.
    type Found = (usize, usize, bool, bool);

    fn lookup(test: &TestMm, address: usize) -> Result<Found> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(0)).ok_or(EFAULT)?;
        let found = PfnmapGuard::start(&mmap, vma, address)?;
        let size = found.addr_mask().wrapping_neg();
        Ok((
            found.pfn().as_raw(),
            size,
            found.writable(),
            found.special(),
        ))
    }

    fn with_slot<R>(test: &TestMm, block: usize, f: impl FnOnce(Slot<'_, Pud>) -> R) -> Result<R> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(block)).ok_or(EFAULT)?;
        let slot = Slot::find(vma, block_addr(block));
        Ok(f(slot.ok_or(EFAULT)?))
    }

    /// Whether a lookup of each page of a leaf finds it, and nothing after the leaf, or after it is
    /// gone.
    fn finds_every_page_of_a_leaf<L: Make>(special: bool) -> Result<bool> {
        let test = TestMm::new()?;
        test.map::<L>(1, PFN)?;
        let leaf = [0, 1, PAGE_SIZE, L::SIZE / 2, L::SIZE - 1]
            .into_iter()
            .all(|offset| {
                let offset = offset % L::SIZE;
                let pfn = PFN.as_raw() + (offset & PAGE_MASK) / PAGE_SIZE;
                lookup(&test, block_addr(1) + offset) == Ok((pfn, L::SIZE, true, special))
            });
        let after = lookup(&test, block_addr(1) + L::SIZE) == Err(EINVAL);
        test.unmap(1);
        Ok(leaf && after && lookup(&test, block_addr(1)) == Err(EINVAL))
    }

    #[test]
    fn follow_pte() {
        assert_eq!(finds_every_page_of_a_leaf::<Pte>(true), Ok(true));
    }

    #[test]
    fn follow_pmd() {
        let special = cfg!(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP);
        assert_eq!(finds_every_page_of_a_leaf::<Pmd>(special), Ok(true));
    }

    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn follow_pud() {
        assert_eq!(finds_every_page_of_a_leaf::<Pud>(true), Ok(true));
    }

    #[test]
    fn follow_refuses() -> Result {
        let test = TestMm::new()?;
        test.mark(1)?;
        assert_eq!(lookup(&test, block_addr(0)), Err(EINVAL));
        assert_eq!(lookup(&test, block_addr(0) - 1), Err(EINVAL));
        assert_eq!(lookup(&test, block_addr(1)), Err(EINVAL));
        assert_eq!(lookup(&test, block_addr(BLOCKS)), Err(EINVAL));
        Ok(())
    }

    #[test]
    fn follow_refuses_vma_of_memory() -> Result {
        let memory = TestMm::with_flags(flags::NONE)?;
        memory.map::<Pte>(0, PFN)?;
        assert_eq!(lookup(&memory, block_addr(0)), Err(EINVAL));
        Ok(())
    }

    #[test]
    #[cfg(CONFIG_PER_VMA_LOCK)]
    fn follow_refuses_vma_of_other_mm() -> Result {
        let test = TestMm::new()?;
        let other = TestMm::new()?;
        other.map::<Pmd>(0, PFN)?;
        let refused = {
            let mmap = test.mm().mmap_read_lock();
            let vma = other.mm().lock_vma_under_rcu(block_addr(0)).ok_or(EAGAIN)?;
            let error = PfnmapGuard::start(&mmap, &vma, block_addr(0)).err();
            error
        };
        assert_eq!(refused, Some(EINVAL));
        assert!(lookup(&other, block_addr(0)).is_ok());
        Ok(())
    }

    /// Why C gets nothing from the entry, if it does not.
    fn not_leaf<L: TableLevel>(slot: Slot<'_, L>) -> Option<NotLeaf> {
        slot.lock().into_raw(&mut Default::default()).err()
    }

    /// Takes the leaf of block 0 away after a snapshot saw it.
    fn goes<L: TableLevel>(test: &TestMm, slot: Slot<'_, L>) -> bool {
        let Snapshot::Leaf(slot) = slot.snapshot() else {
            return false;
        };
        test.unmap(0);
        not_leaf(slot) == Some(NotLeaf::Gone)
    }

    #[test]
    fn leaf_goes_between_snapshot_and_lock() -> Result {
        let test = TestMm::new()?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        {
            test.map::<Pud>(0, PFN)?;
            assert!(with_slot(&test, 0, |slot| goes(&test, slot))?);
        }
        test.map::<Pmd>(0, PFN)?;
        let gone = with_slot(&test, 0, |slot| match slot.snapshot() {
            Snapshot::Table(slot) => goes(&test, slot),
            _ => false,
        })?;
        assert!(gone);
        Ok(())
    }

    /// Splits the leaf of level `L` of block 0 after a snapshot saw it.
    fn becomes_table<L: TableLevel, M: Make>(test: &TestMm, slot: Slot<'_, L>) -> bool {
        let Snapshot::Leaf(slot) = slot.snapshot() else {
            return false;
        };
        test.unmap(0);
        test.map::<M>(0, PFN).is_ok() && not_leaf(slot) == Some(NotLeaf::BecameTable)
    }

    #[test]
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    fn pud_becomes_table_between_snapshot_and_lock() -> Result {
        let test = TestMm::new()?;
        test.map::<Pud>(0, PFN)?;
        let split = with_slot(&test, 0, |slot| becomes_table::<Pud, Pmd>(&test, slot))?;
        assert!(split);
        assert_eq!(
            lookup(&test, block_addr(0)).map(|found| found.1),
            Ok(Pmd::SIZE)
        );
        Ok(())
    }

    #[test]
    fn pmd_becomes_table_between_snapshot_and_lock() -> Result {
        let test = TestMm::new()?;
        test.map::<Pmd>(0, PFN)?;
        let split = with_slot(&test, 0, |slot| match slot.snapshot() {
            Snapshot::Table(pmd) => becomes_table::<Pmd, Pte>(&test, pmd),
            _ => false,
        })?;
        assert!(split);
        assert_eq!(
            lookup(&test, block_addr(0)).map(|found| found.1),
            Ok(Pte::SIZE)
        );
        Ok(())
    }

    /// Whether both say so, and the entry has the frame.
    fn is_leaf<L: TableLevel>(slot: Slot<'_, L>) -> bool {
        match slot.snapshot() {
            Snapshot::Leaf(slot) => match slot.lock().entry() {
                Entry::Leaf(leaf) => leaf.pfn().as_raw() == PFN.as_raw(),
                _ => false,
            },
            _ => false,
        }
    }

    #[test]
    fn snapshot_and_entry_agree() -> Result {
        let test = TestMm::new()?;
        test.map::<Pmd>(0, PFN)?;
        test.map::<Pte>(1, PFN)?;
        let leaf = with_slot(&test, 0, |slot| match slot.snapshot() {
            Snapshot::Table(slot) => is_leaf(slot),
            _ => false,
        })?;
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        {
            test.map::<Pud>(3, PFN)?;
            assert!(with_slot(&test, 3, is_leaf)?);
        }
        let table = with_slot(&test, 1, |slot| {
            matches!(slot.snapshot(), Snapshot::Table(_))
        })? && with_slot(&test, 1, |slot| matches!(slot.lock().entry(), Entry::Table))?;
        let vacant = with_slot(&test, 2, |slot| match slot.snapshot() {
            Snapshot::Vacant(slot) => matches!(slot.lock().entry(), Entry::Vacant),
            _ => false,
        })?;
        assert!(leaf);
        assert!(table);
        assert!(vacant);
        Ok(())
    }
}
