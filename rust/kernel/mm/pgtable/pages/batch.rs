// SPDX-License-Identifier: GPL-2.0

//! The PTEs of consecutive pages in one table, under one lock and with one flush.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{normal::carried, NormalLeaf};
use crate::mm::{
    folio::{FolioLock, MappedPage},
    notifier::{Others, Unmapped},
    pgtable::{BlockAddr, Entry, Event, Level, Pte, Slot, SlotGuard, Snapshot, UserAddr},
    virt::VmaRef,
};
use core::ops::Deref;

/// The translations that are to be flushed before the lock of their table is released: none if `end`
/// is 0.
struct Flush {
    start: usize,
    end: usize,
}

impl Flush {
    /// Remembers that the entry of a page of the batch was taken away.
    #[inline]
    fn add(&mut self, addr: UserAddr) {
        let addr = addr.as_raw();
        if self.end == 0 {
            self.start = addr;
        }
        // A vma ends below the last address, so that nothing overflows.
        self.end = addr.wrapping_add(Pte::SIZE);
    }
}

/// The PTEs of consecutive pages of a vma, all in one table, whose lock is held. What was taken
/// away is flushed, by one flush, before the lock is released.
#[must_use = "dropping it unlocks the page table at once"]
pub struct PteBatch<'t> {
    guard: SlotGuard<'t, Pte>,
    flush: Flush,
}

impl Drop for PteBatch<'_> {
    #[inline]
    fn drop(&mut self) {
        // The guard is dropped, and unlocks, after this.
        let Flush { start, end } = self.flush;
        if end != 0 {
            self.guard.slot().vma().flush_tlb(start..end);
        }
    }
}

impl<'t> PteBatch<'t> {
    /// Goes down to the PTE of the page at `address`, in bytes, and locks its table. Returns
    /// `None` if there is no table of PTEs, or if the address does not lie in `vma`.
    // Inlined, so that modules cannot call it: C does not export `pte_offset_map_lock()` either.
    #[inline]
    pub fn lock(vma: &'t VmaRef, address: usize) -> Option<Self> {
        // A vma starts and ends at page boundaries.
        let pud = Slot::find(vma, BlockAddr::<Pte>::around(address).as_raw())?;
        loop {
            let Snapshot::Table(pmd) = pud.clone().snapshot() else {
                return None;
            };
            let Snapshot::Table(pmd) = pmd.snapshot() else {
                return None;
            };
            if let Some(guard) = pmd.lock_pte() {
                let flush = Flush { start: 0, end: 0 };
                return Some(Self { guard, flush });
            }
        }
    }

    /// Reads the entry.
    #[inline]
    pub fn entry(&mut self) -> Entry<'_, Pte> {
        self.guard.entry()
    }

    /// Returns the entry if it maps a page of a folio. Equivalent to C's `vm_normal_page()`.
    #[inline]
    pub fn normal(&mut self) -> Option<BatchLeaf<'_>> {
        let Entry::Leaf(leaf) = self.guard.entry() else {
            return None;
        };
        let leaf = leaf.into_normal()?;
        let flush = &mut self.flush;
        // INVARIANT: Both are of this batch, which is borrowed.
        Some(BatchLeaf { leaf, flush })
    }

    /// Counts the page if a device has it, for a device that asks for it again.
    #[inline]
    pub fn count_remake(&mut self) {
        let Entry::NonPresent(entry) = self.guard.entry() else {
            return;
        };
        if entry.is_exclusive() {
            self.guard.slot().count(Event::DeviceExclusiveRemake);
        }
    }

    /// Goes on to the next page, and says whether there is one in the vma and in the table.
    #[inline]
    pub fn advance(&mut self) -> bool {
        self.guard.advance()
    }
}

/// A [`NormalLeaf`] of a batch, which flushes the TLB for it.
///
/// # Invariants
///
/// `flush` is that of the batch whose entry `leaf` is, and which is not dropped while this lives.
pub struct BatchLeaf<'g> {
    leaf: NormalLeaf<'g>,
    flush: &'g mut Flush,
}

impl<'g> Deref for BatchLeaf<'g> {
    type Target = NormalLeaf<'g>;

    #[inline]
    fn deref(&self) -> &NormalLeaf<'g> {
        &self.leaf
    }
}

impl<'g> BatchLeaf<'g> {
    /// Makes the page exclusive to a device. Returns `None`, and changes nothing, if user space may
    /// not write to it, if it is not anonymous, if `folio` is not its folio, or if `unmapped` does not
    /// cover its address.
    ///
    /// Under the lock this is one step; gup-fast may read an empty entry in between, and then
    /// one that is not present. The folio is dirty from now on; the soft-dirty bit and that of
    /// userfaultfd stay in the entry. The new entry takes over the reference and the count as a
    /// mapping.
    ///
    /// Equivalent to the end of C's `make_device_exclusive()`.
    #[inline]
    pub fn into_exclusive(
        self,
        folio: &FolioLock<'_>,
        unmapped: Unmapped<'_, Others>,
    ) -> Option<MappedPage<'g>> {
        let NormalLeaf { slot, page, .. } = self.leaf;
        if !self.leaf.writable() || !page.is_anon() || !folio.is_of(&page) || !unmapped.covers(slot)
        {
            return None;
        }
        self.flush.add(slot.addr());
        // SAFETY: By the type invariant of the leaf, which is consumed, the entry maps the page. The new
        // entry takes over what it stands for, and the batch flushes before it unlocks.
        let old = unsafe { slot.flush_cache_and_clear(page.pfn()) };
        // The device is going to write, so reclaim must not drop the page as clean or lazyfree.
        if !folio.dirty() {
            page.mark_dirty();
        }
        let entry = carried(old, page.exclusive_pte());
        // SAFETY: The entry was just cleared, and stood for a mapping of the same page.
        unsafe { slot.set_pte(entry) };
        slot.count(Event::DeviceExclusiveMake);
        Some(page)
    }
}
