// SPDX-License-Identifier: GPL-2.0

//! Taking consecutive pages for a device.

use kernel::{
    mm::{
        device_exclusive::{Busy, ExclusivePages},
        folio::LockedFolio,
        notifier::{Event, InvalidateRange, Invalidated, Owner},
        pgtable::PteBatch,
        MmapReadGuard,
    },
    page::PAGE_SIZE,
    prelude::*,
};

/// Consecutive pages of a mm, and who takes them.
pub(crate) struct Range<'a> {
    pub(crate) mmap: &'a MmapReadGuard<'a>,
    /// The address of the first page, in bytes.
    pub(crate) start: usize,
    pub(crate) owner: Owner,
}

/// Takes pages for a device, and sets each one's result. C twin: `make_device_exclusive()`.
///
/// First all are faulted in, while no folio is locked: a fault may wait for any. Then the notifier is
/// started, and the pages are taken, table by table, those whose lock is free. If there is none, one
/// lock is waited for, before the notifier, with which that page is taken for sure if it is still
/// there. So one page always makes progress, and nobody waits for a folio while holding another.
///
/// A page on the way is a matter of its own: it fails, or is left with [`EBUSY`], and the others are
/// taken.
pub(crate) fn make(range: &Range<'_>, pages: &mut ExclusivePages<'_>) {
    match try_make(range, pages) {
        Ok(()) => pages.fail_pending(EBUSY),
        Err(error) => pages.fail_pending(error),
    }
}

#[inline]
fn try_make(range: &Range<'_>, pages: &mut ExclusivePages<'_>) -> Result {
    loop {
        range.fault_in(pages);
        let busy = range.take(pages, None);
        if pages.taken() > 0 || !pages.any_pending() {
            return Ok(());
        }
        let Some(Busy(folio)) = busy else {
            continue;
        };
        let folio = folio.lock_killable()?;
        let _ = range.take(pages, Some(folio));
        if pages.taken() > 0 {
            return Ok(());
        }
    }
}

impl Range<'_> {
    /// The address of page `i`. The caller of C has seen to it that there is one.
    #[inline]
    fn address(&self, i: usize) -> usize {
        self.start + i * PAGE_SIZE
    }

    /// Has all pages mapped as they have to be, or sets the result of those that cannot be.
    #[inline]
    fn fault_in(&self, pages: &mut ExclusivePages<'_>) {
        let mut i = 0;
        while i < pages.len() {
            let ready = self.ready(self.address(i), pages.len() - i);
            i += ready;
            if ready > 0 {
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

    /// Returns how many pages from `address` on, `most` at most, could be taken now, without those
    /// of the next table.
    #[inline]
    fn ready(&self, address: usize, most: usize) -> usize {
        let Some(vma) = self.mmap.vma_lookup(address) else {
            return 0;
        };
        // What gup refuses is for gup to say.
        if !vma.gup_may_write() {
            return 0;
        }
        let Some(mut batch) = PteBatch::lock(vma, address) else {
            return 0;
        };
        let mut ready = 0;
        while batch
            .normal()
            .is_some_and(|leaf| leaf.writable() && leaf.page().is_anon())
        {
            ready += 1;
            if ready == most || !batch.advance() {
                break;
            }
        }
        ready
    }

    /// Takes the pages that may be taken without waiting, by the lock that is `held` or by one that is
    /// free. Returns the first folio whose lock is not.
    #[inline]
    fn take(&self, pages: &mut ExclusivePages<'_>, mut held: Option<LockedFolio>) -> Option<Busy> {
        let addresses = self.start..self.address(pages.len());
        let event = Event::Exclusive(self.owner);
        let mut notification = InvalidateRange::new(self.mmap.mm(), addresses, event);
        let notified = notification.start();
        let mut busy = None;
        let mut i = 0;
        while i < pages.len() {
            i += self.take_table(i, pages, &mut held, &notified, &mut busy);
        }
        busy
    }

    /// As [`Self::take()`] from page `i` to the end of its table; returns how many pages that were.
    #[inline]
    fn take_table(
        &self,
        i: usize,
        pages: &mut ExclusivePages<'_>,
        held: &mut Option<LockedFolio>,
        notified: &Invalidated<'_>,
        busy: &mut Option<Busy>,
    ) -> usize {
        let address = self.address(i);
        let vma = self.mmap.vma_lookup(address);
        let Some(mut batch) = vma.and_then(|vma| PteBatch::lock(vma, address)) else {
            return 1;
        };
        for j in i..pages.len() {
            if let Some(leaf) = batch.normal() {
                if let Some(unmapped) = notified.unmapped(leaf.addr()) {
                    if let Err(locked) = pages.take(j, leaf, held, unmapped) {
                        busy.get_or_insert(locked);
                    }
                }
            }
            if !batch.advance() {
                return j + 1 - i;
            }
        }
        pages.len() - i
    }
}
