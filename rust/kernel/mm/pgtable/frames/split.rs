// SPDX-License-Identifier: GPL-2.0

//! A leaf that becomes a table of smaller ones, in its place.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::Modifiers;
use crate::{
    alloc::AllocError,
    bindings,
    mm::{
        notifier::Unmapped,
        pgtable::{
            accessors::Types, events, Event, HugeLevel, KeptVma, Level, Slot, Special, TableLevel,
        },
    },
    prelude::*,
    sync::barrier::{smp_mb, Write},
};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};

/// Equivalent to C's `GFP_PGTABLE_USER`.
const KERNEL: u32 = bindings::GFP_KERNEL | ACCOUNT | bindings::__GFP_ZERO;

/// Neither sleeps nor reclaims.
const NOWAIT: u32 = bindings::GFP_NOWAIT | ACCOUNT | bindings::__GFP_ZERO;

/// Charges the memory cgroup of the task.
const ACCOUNT: u32 = bindings::GFP_KERNEL_ACCOUNT & !bindings::GFP_KERNEL;

/// An empty table of the level below `L` that no entry points to. Equivalent to what C's
/// `pte_alloc_one()` and `pmd_alloc_one()` return.
///
/// # Invariants
///
/// The table is constructed and empty, and nothing else knows of it.
pub struct SpareTable<L: HugeLevel>(OwnTable, PhantomData<L>);

/// A table of any level.
///
/// # Invariants
///
/// The table is constructed, and ours.
struct OwnTable(NonNull<bindings::ptdesc>);

impl Drop for OwnTable {
    // Only what could not be split leaves a table. Inlined, it is 130 bytes.
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: By the type invariant it is a table, and ours.
        unsafe { bindings::pagetable_dtor_free(self.0.as_ptr()) };
    }
}

impl<L: HugeLevel> SpareTable<L> {
    /// Allocates a table for the mm of `slot`, charged to the memory cgroup of the task. Sleeps; fails
    /// without memory.
    #[inline]
    pub fn new(slot: &Slot<'_, impl TableLevel>) -> Result<Self, AllocError> {
        Self::alloc(slot.place().vma(), KERNEL)
    }

    /// As [`Self::new()`], but neither sleeps nor reclaims: for a change that can do without the table.
    #[inline]
    pub fn new_nowait(slot: &Slot<'_, impl TableLevel>) -> Result<Self, AllocError> {
        Self::alloc(slot.place().vma(), NOWAIT)
    }

    // Inlined, it is 110 bytes.
    #[inline(never)]
    fn alloc(vma: KeptVma<'_>, gfp: u32) -> Result<Self, AllocError> {
        // SAFETY: A table may be allocated with the flags.
        let ptdesc = unsafe { bindings::pagetable_alloc(gfp, 0) };
        let ptdesc = NonNull::new(ptdesc).ok_or(AllocError)?;
        // SAFETY: It was just allocated, and a mm with a vma is one of user space.
        if !unsafe { L::ctor_below(vma.mm(), ptdesc.as_ptr(), gfp) } {
            // SAFETY: It is ours, and no table yet.
            unsafe { bindings::pagetable_free(ptdesc.as_ptr()) };
            return Err(AllocError);
        }
        // INVARIANT: It was just made, of zeroes, which are empty entries.
        Ok(Self(OwnTable(ptdesc), PhantomData))
    }

    /// Fills the table with what `raw`, a special leaf for the block from `start` on, maps.
    #[inline]
    fn fill(&mut self, mm: *mut bindings::mm_struct, start: usize, raw: L::Raw) {
        // SAFETY: By the type invariant the table is there.
        let table = unsafe { bindings::ptdesc_address(self.0 .0.as_ptr()) };
        let table = table.cast::<<L::Below as Types>::Raw>();
        let (first, prot) = (L::pfn(raw), L::pgprot_below(raw));
        for i in 0..L::SIZE / L::Below::SIZE {
            let leaf = L::Below::leaf_of(first + i * L::Below::PAGES, prot);
            // SAFETY: A table has an entry for each part of the block.
            let entry = unsafe { table.add(i) };
            // SAFETY: The table will be the one of these addresses; the entry is empty, and nothing
            // else knows of it.
            unsafe { L::Below::set_at(mm, start + i * L::Below::SIZE, entry, leaf) };
        }
    }

    #[inline]
    fn into_raw(self) -> *mut bindings::ptdesc {
        ManuallyDrop::new(self.0).0.as_ptr()
    }
}

impl<L: HugeLevel> Special<'_, L> {
    /// Replaces the leaf by a table of leaves of the next lower level. They map the same frames, and
    /// keep every bit, including those that hardware has set until now.
    ///
    /// Hardware sees the leaf, then nothing, then the table: some x86 CPUs do not support two sizes
    /// for one address either. A thread that touches the block during the split faults and waits
    /// for the lock.
    ///
    /// `unmapped` proves that secondary MMUs do not map the block: otherwise KVM, which maps by the size
    /// of the host's leaf, would keep a part that is unmapped later. Fails with [`EINVAL`], and changes
    /// nothing, if it does not cover the whole block.
    ///
    /// Equivalent to the end of C's `__split_huge_pmd_locked()`.
    #[inline]
    pub fn split(self, mut table: SpareTable<L>, unmapped: Unmapped<'_>) -> Result {
        let guard = self.guard();
        if !unmapped.covers(guard) {
            return Err(EINVAL);
        }
        let (mm, start) = (guard.kept_mm(), guard.start());
        // SAFETY: By the type invariants the lock of the entry, which is for an address in the vma,
        // is held, and it is a leaf.
        let raw = unsafe { L::invalidate(guard.vma().as_ptr(), start, guard.as_ptr()) };
        table.fill(mm.as_ptr(), start, raw);
        // Orders the new entries before the store that publishes the table; pairs with the address
        // dependency of lockless walkers.
        smp_mb(Write);
        // SAFETY: The entry was just hidden, and its lock is held; the barrier is above.
        unsafe { L::populate(mm.as_ptr(), guard.as_ptr(), table.into_raw()) };
        guard.count(Event::PfnmapSplit);
        events::pfnmap_split(|| [(mm, start, L::LEVEL, L::pfn(raw), 0)]);
        Ok(())
    }

    /// Counts and traces that C drops the leaf, because there is no memory for the table.
    #[inline]
    pub fn count_dropped(&self) {
        self.guard().count(Event::PfnmapSplitFailed);
        self.trace_no_memory();
    }

    /// Traces that there is no memory for the table.
    #[inline]
    pub fn trace_no_memory(&self) {
        let guard = self.guard();
        events::pfnmap_split(|| {
            let error = ENOMEM.to_errno();
            let first = L::pfn(self.raw());
            [(guard.kept_mm(), guard.start(), L::LEVEL, first, error)]
        });
    }
}
