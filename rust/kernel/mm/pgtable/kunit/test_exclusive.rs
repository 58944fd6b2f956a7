// SPDX-License-Identifier: GPL-2.0

//! Pages of the thread that runs a test, taken for a device.
//!
//! C header: [`include/linux/device_exclusive.h`](srctree/include/linux/device_exclusive.h)

use super::{
    pages::{PteBatch, PteBits},
    test_put::{exclusive_in, kept},
    test_restore::locked,
    Entry, Level, Pmd,
};
use crate::{
    bindings,
    mm::{
        device_exclusive::{Busy, ExclusivePages},
        folio::LockedFolio,
        notifier::{InvalidateRange, Owner},
        MmapReadGuard,
    },
    page::{Page, PAGE_MASK, PAGE_SIZE},
    prelude::*,
};

/// Runs `f` with private memory of this thread, of `pages` pages from the address on. A test that
/// fails does so afterwards, when no lock is held.
fn with_memory<R>(
    pages: usize,
    f: impl FnOnce(&MmapReadGuard<'_>, usize) -> Result<R>,
) -> Result<R> {
    // SAFETY: May be called by any thread.
    let test = unsafe { bindings::kunit_get_current_test() };
    // SAFETY: This thread runs the test, and may sleep.
    let address = unsafe { bindings::test_mmap_anon(test, pages * PAGE_SIZE) };
    let current = crate::current!();
    let mmap = current.mm().ok_or(ENOMEM)?.mmap_read_lock();
    f(&mmap, address)
}

/// As [`with_memory()`], all of it mapped page by page.
pub(super) fn with_pages<R>(
    pages: usize,
    f: impl FnOnce(&MmapReadGuard<'_>, usize) -> Result<R>,
) -> Result<R> {
    with_memory(pages, |mmap, address| {
        fault_in(mmap, address, pages)?;
        f(mmap, address)
    })
}

fn fault_in(mmap: &MmapReadGuard<'_>, address: usize, pages: usize) -> Result {
    (0..pages).try_for_each(|i| mmap.fault_in_anon(address + i * PAGE_SIZE))
}

pub(super) fn batch<'a>(mmap: &'a MmapReadGuard<'_>, address: usize) -> Result<PteBatch<'a>> {
    let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
    PteBatch::lock(vma, address).ok_or(EFAULT)
}

/// Locks the folio that is mapped at `address`.
pub(super) fn lock(mmap: &MmapReadGuard<'_>, address: usize) -> Result<LockedFolio> {
    let mut batch = batch(mmap, address)?;
    let page = batch.normal().ok_or(EFAULT)?.page();
    page.try_lock_folio().ok_or(EBUSY)
}

/// Takes all pages from `address` on that can be taken, and returns the first that is busy.
fn take(
    mmap: &MmapReadGuard<'_>,
    address: usize,
    pages: &mut ExclusivePages<'_>,
    held: &mut Option<LockedFolio>,
) -> Result<Option<Busy>> {
    let addresses = address..address + pages.len() * PAGE_SIZE;
    let range = InvalidateRange::exclusive(mmap, addresses.clone(), Owner::NONE);
    let mut range = range.ok_or(EINVAL)?;
    let notified = range.start();
    let mut busy = None;
    for (i, address) in addresses.step_by(PAGE_SIZE).enumerate() {
        let mut batch = batch(mmap, address)?;
        if let Some(leaf) = batch.normal() {
            pages.take(i, leaf, held, notified.unmapped(), &mut busy);
        }
    }
    Ok(busy)
}

/// What a device has: whether the folio is locked, is this process's alone, how often it is mapped.
fn device_has(mmap: &MmapReadGuard<'_>, address: usize) -> Result<(bool, bool, i32)> {
    let mut batch = batch(mmap, address)?;
    let page = exclusive_in(batch.entry()).ok_or(EINVAL)?.page();
    Ok((page.folio_locked(), page.anon_exclusive(), page.mapcount()))
}

/// Takes the page at `address` back, by the lock of the folio of `page`, or by its own.
fn take_back(
    mmap: &MmapReadGuard<'_>,
    address: usize,
    other: Option<&Page>,
) -> Result<Option<PteBits>> {
    let other = other.map(locked).transpose()?;
    let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
    let start = address & PAGE_MASK;
    let range = InvalidateRange::clear_range(vma, start..start + PAGE_SIZE);
    let mut range = range.ok_or(EINVAL)?;
    let notified = range.start();
    let mut batch = batch(mmap, address)?;
    let entry = exclusive_in(batch.entry()).ok_or(EINVAL)?;
    let own = entry.page().try_lock().ok_or(EBUSY)?;
    let folio = other.as_ref().map_or(&own, |other| other.lock());
    Ok(entry
        .restore(folio, notified.unmapped())
        .map(|leaf| leaf.bits()))
}

/// How many references the folio at `address` has, whether it is locked, and how many pages it has.
pub(super) fn state(mmap: &MmapReadGuard<'_>, address: usize) -> Result<(i32, bool, usize)> {
    let mut batch = batch(mmap, address)?;
    let page = match batch.entry() {
        Entry::Leaf(leaf) => leaf.into_normal().ok_or(EFAULT)?.page(),
        entry => exclusive_in(entry).ok_or(EFAULT)?.page(),
    };
    Ok((page.ref_count(), page.folio_locked(), page.folio_pages()))
}

/// How often a batch that starts at `address` goes on.
fn steps(mmap: &MmapReadGuard<'_>, address: usize) -> Result<usize> {
    let mut batch = batch(mmap, address)?;
    let advance = (0..2 * Pmd::PAGES).take_while(|_| batch.advance());
    Ok(advance.count())
}

#[macros::kunit_tests(rust_pgtable_exclusive)]
mod tests {
    use super::*;
    use crate::mm::device_exclusive::ExclusivePage;
    use core::{ptr::null_mut, sync::atomic::Ordering};

    #[test]
    fn results() {
        let mut room = [null_mut(); 3];
        let mut pages = ExclusivePages::new(&mut room);
        assert!(pages.is_pending(0) && pages.any_pending() && !pages.is_pending(3));
        pages.fail(1, EFAULT);
        pages.fail(1, ENOMEM);
        pages.fail(3, ENOMEM);
        assert!(!pages.is_pending(1) && pages.any_pending());
        pages.fail_pending(EBUSY);
        let found = [0, 1, 2, 3].map(|i| pages.counter(i, 0).err());
        assert_eq!(
            found,
            [Some(EBUSY), Some(EFAULT), Some(EBUSY), Some(EINVAL)]
        );
        assert!(!pages.any_pending() && !pages.is_empty());
        assert_eq!((pages.len(), pages.taken()), (3, 0));
    }

    /// A device writes to the pages while it has them; then CPUs get them back as they were.
    #[test]
    fn taken_and_restored() -> Result {
        let other = Page::alloc_page(GFP_KERNEL)?;
        let found = with_pages(2, |mmap, address| {
            let mut room = [null_mut(); 2];
            let mut pages = ExclusivePages::new(&mut room);
            let all = take(mmap, address, &mut pages, &mut None)?.is_none() && pages.taken() == 2;
            let during = device_has(mmap, address)?;
            pages.counter(1, PAGE_SIZE - 8)?.store(7, Ordering::Relaxed);
            let counted = pages
                .counter(1, PAGE_SIZE - 8)?
                .fetch_add(1, Ordering::Relaxed);
            let none = [4, PAGE_SIZE].map(|offset| pages.counter(1, offset).err());
            drop(pages);
            let wrong = take_back(mmap, address, Some(&other))?;
            let after = device_has(mmap, address)?;
            let back = take_back(mmap, address, None)?;
            Ok(((all, counted, none), during, (wrong, after, back)))
        });
        let back = PteBits {
            dirty: true,
            writable: true,
            soft_dirty: kept(true, false).0,
            ..PteBits::default()
        };
        let device = (true, 7, [Some(EINVAL); 2]);
        let cpu = (None, (false, true, 1), Some(back));
        assert_eq!(found, Ok((device, (true, true, 1), cpu)));
        Ok(())
    }

    /// A lock that is taken is reported, with a reference to wait by, or used if it is ours, but
    /// not for a page before one that was taken.
    #[test]
    fn busy() {
        let found = with_pages(3, |mmap, address| {
            let mut room = [null_mut(); 3];
            let mut pages = ExclusivePages::new(&mut room);
            let first = lock(mmap, address)?;
            let last = lock(mmap, address + 2 * PAGE_SIZE)?;
            let waits = take(mmap, address, &mut pages, &mut None)?;
            let is_it = waits.map(|Busy(folio)| folio.as_ptr() == first.as_ptr());
            let before = (is_it, pages.taken(), pages.is_pending(2));
            drop(first);
            let mut held = Some(last);
            let waits = take(mmap, address, &mut pages, &mut held)?;
            let after = (
                waits.is_none() && held.is_none(),
                pages.taken(),
                [0, 2].map(|i| pages.is_pending(i)),
            );
            drop(pages);
            Ok((before, after, device_has(mmap, address + 2 * PAGE_SIZE)?))
        });
        let (before, after) = ((Some(true), 1, true), (true, 2, [true, false]));
        assert_eq!(found, Ok((before, after, (false, true, 1))));
    }

    /// Pages of one folio have one lock, also around one that failed, and a reference each.
    #[test]
    fn one_folio() {
        let found = with_memory(3 * Pmd::PAGES, |mmap, address| {
            let start = address.next_multiple_of(Pmd::SIZE);
            fault_in(mmap, start, 4)?;
            let before = state(mmap, start)?;
            let mut room = [null_mut(); 4];
            let mut pages = ExclusivePages::new(&mut room);
            pages.fail(1, EFAULT);
            take(mmap, start, &mut pages, &mut None)?;
            let during = state(mmap, start)?;
            let taken = pages.into_raw();
            let kept = state(mmap, start + 3 * PAGE_SIZE)?.1;
            // SAFETY: They are as they were left.
            drop(unsafe { ExclusivePages::from_raw(&mut room) });
            let after = state(mmap, start)?;
            // Without a huge page each page has its own.
            let more = if before.2 > 1 { 3 } else { 1 };
            let counted = during.0 == before.0 + more && during.1;
            Ok((taken, counted, kept, after == before))
        });
        assert_eq!(found, Ok((3, true, true, true)));
    }

    #[test]
    fn one_page() {
        let found = with_memory(1, |mmap, address| {
            let refused = ExclusivePage::make(mmap, 0, Owner::NONE).err();
            let page = ExclusivePage::make(mmap, address + 1, Owner::NONE)?;
            let counter = page.counter(8).ok_or(EINVAL)?;
            let old = counter.fetch_add(1, Ordering::Relaxed);
            let during = device_has(mmap, address)?;
            drop(page);
            Ok((refused, old, during, device_has(mmap, address)?))
        });
        let (during, after) = ((true, true, 1), (false, true, 1));
        assert_eq!(found, Ok((Some(EFAULT), 0, during, after)));
    }

    /// A batch ends with its table, wherever in a page it has started.
    #[test]
    fn batch_ends() {
        let found = with_memory(3 * Pmd::PAGES, |mmap, address| {
            let start = address.next_multiple_of(Pmd::SIZE);
            fault_in(mmap, start, 1)?;
            Ok((steps(mmap, start)?, steps(mmap, start + 1)?))
        });
        assert_eq!(found, Ok((Pmd::PAGES - 1, Pmd::PAGES - 1)));
    }
}
