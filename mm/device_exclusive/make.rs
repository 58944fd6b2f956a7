// SPDX-License-Identifier: GPL-2.0

//! Taking consecutive pages for a device.

use core::ops;
use kernel::{
    mm::{
        device_exclusive::{fatal_signal_pending, Busy, ExclusivePages},
        folio::LockedFolio,
        notifier::{InvalidateRange, Others, Owner, Unmapped},
        pgtable::pages::{NormalLeaf, PteBatch},
        MmapReadGuard,
    },
    page::PAGE_SIZE,
    prelude::*,
};

/// Rounds after which pages that keep changing fail with [`EBUSY`]. Bounds the time under the mmap
/// lock if gup and [`Range::take()`] never agree; threads that contend for a page need only a few.
const MAX_ROUNDS: usize = 10_000;

/// Consecutive pages of a mm, and the owner that takes them.
///
/// # Invariants
///
/// No address of a page, nor the end of the last, overflows.
struct Range<'a> {
    mmap: &'a MmapReadGuard<'a>,
    /// The address of the first page, in bytes.
    start: usize,
    owner: Owner,
}

/// Takes the pages from `start`, in bytes, on for the device of `owner`, and sets each one's result.
/// Equivalent to C's `make_device_exclusive()`.
///
/// First all are faulted in, while no folio is locked: a fault may wait for any. If a page is left
/// that can be taken, an invalidation is started, and the pages are taken, table by table, those
/// whose lock is free. If there is none, one lock is waited for, before the invalidation, with
/// which that page is taken for sure if it is still there. So one page always makes progress, and
/// no thread waits for a folio while it holds another.
///
/// Each page has a result of its own: one that fails, or is left with [`EBUSY`], keeps none of the
/// others from being taken.
#[inline]
pub(crate) fn make(
    mmap: &MmapReadGuard<'_>,
    start: usize,
    owner: Owner,
    pages: &mut ExclusivePages<'_>,
) {
    let range = Range::new(mmap, start, owner, pages.len());
    let made = range.and_then(|range| try_make(&range, pages));
    pages.fail_pending(made.err().unwrap_or(EBUSY));
}

#[inline]
fn try_make(range: &Range<'_>, pages: &mut ExclusivePages<'_>) -> Result {
    let mut held = None;
    for _ in 0..MAX_ROUNDS {
        // Not with a folio locked: a fault may wait for any.
        if held.is_none() {
            range.fault_in(pages);
        }
        let busy = range.take(pages, &mut held);
        // No folio is waited for while another is locked.
        drop(held.take());
        if pages.taken() > 0 || !pages.any_pending() {
            return Ok(());
        }
        held = busy.map(|Busy(folio)| folio.lock_killable()).transpose()?;
    }
    Ok(())
}

impl<'a> Range<'a> {
    /// Fails with [`EFAULT`] if there are no addresses for so many pages.
    #[inline]
    fn new(mmap: &'a MmapReadGuard<'a>, start: usize, owner: Owner, pages: usize) -> Result<Self> {
        let bytes = pages.checked_mul(PAGE_SIZE).ok_or(EFAULT)?;
        start.checked_add(bytes).ok_or(EFAULT)?;
        // INVARIANT: The end does not overflow, and no address is above it.
        Ok(Self { mmap, start, owner })
    }

    /// Returns the address of page `i`, or the end.
    #[inline]
    fn address(&self, i: usize) -> usize {
        // By the type invariant nothing overflows.
        self.start.wrapping_add(i.wrapping_mul(PAGE_SIZE))
    }

    /// Has all pages mapped as they have to be, or sets the result of those that cannot be.
    #[inline]
    fn fault_in(&self, pages: &mut ExclusivePages<'_>) {
        let mut i = 0;
        while i < pages.len() {
            let first = self.first_not_ready(i..pages.len());
            if first > i {
                i = first;
                continue;
            }
            if pages.is_pending(i) {
                if let Err(error) = self.mmap.fault_in_anon(self.address(i)) {
                    pages.fail(i, error);
                }
            }
            i += 1;
        }
    }

    /// Returns the first of `pages` that could not be taken now, or that is of the next table. Those
    /// before it are marked as gup marks what it finds.
    #[inline]
    fn first_not_ready(&self, pages: ops::Range<usize>) -> usize {
        let (start, end) = (pages.start, pages.end);
        let address = self.address(start);
        let Some(vma) = self.mmap.vma_lookup(address) else {
            return start;
        };
        // Leave it to gup to fail; it fails in a thread that is killed.
        if !vma.gup_may_write() || fatal_signal_pending() {
            return start;
        }
        // Used where it is: moved out, it would be copied.
        let mut batch = PteBatch::lock(vma, address);
        let Some(batch) = &mut batch else {
            return start;
        };
        let mut first = start;
        for i in pages {
            let Some(leaf) = batch.normal().filter(|leaf| can_take(leaf)) else {
                break;
            };
            mark_found(&leaf);
            first = i + 1;
            if first == end || !batch.advance() {
                break;
            }
        }
        if first == start {
            batch.count_remake();
        }
        first
    }

    /// Takes the pages that may be taken without waiting, by the lock that is `held` or by one that
    /// is free. Returns the first folio whose lock is not. Notifies only if there is a page to
    /// take.
    #[inline]
    fn take(&self, pages: &mut ExclusivePages<'_>, held: &mut Option<LockedFolio>) -> Option<Busy> {
        let mut rest = pages.pending()?;
        let addresses = self.address(rest.start)..self.address(rest.end);
        let mut notification = InvalidateRange::exclusive(self.mmap, addresses, self.owner)?;
        let notified = notification.start();
        let mut busy = None;
        while !rest.is_empty() {
            let unmapped = notified.unmapped();
            rest.start = self.take_table(rest.clone(), pages, held, unmapped, &mut busy);
        }
        busy
    }

    /// As [`Self::take()`] for those pages of `rest` that are in the table of the first; returns
    /// the page after them.
    #[inline]
    fn take_table(
        &self,
        rest: ops::Range<usize>,
        pages: &mut ExclusivePages<'_>,
        held: &mut Option<LockedFolio>,
        unmapped: Unmapped<'_, Others>,
        busy: &mut Option<Busy>,
    ) -> usize {
        let address = self.address(rest.start);
        let vma = self.mmap.vma_lookup(address);
        // Used where it is: moved out, it would be copied.
        let mut batch = vma.and_then(|vma| PteBatch::lock(vma, address));
        let mut next = rest.start + 1;
        let Some(batch) = &mut batch else {
            return next;
        };
        for i in rest {
            if let Some(leaf) = batch.normal() {
                pages.take(i, leaf, held, unmapped, busy);
            }
            next = i + 1;
            if !batch.advance() {
                break;
            }
        }
        next
    }
}

/// Whether a page can be taken as it is.
#[inline]
fn can_take(leaf: &NormalLeaf<'_>) -> bool {
    leaf.writable() && leaf.page().is_anon()
}

/// Does what gup does with a page that it finds: marks the folio accessed and, on arm64, has the
/// instruction cache synced when the page is mapped again.
#[inline]
fn mark_found(leaf: &NormalLeaf<'_>) {
    leaf.page().mark_accessed();
    leaf.page().flush_dcache();
}
