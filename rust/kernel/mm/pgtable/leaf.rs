// SPDX-License-Identifier: GPL-2.0

//! A leaf under its lock.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Leaf, Level, MappedPfn, Pgprot, SlotGuard};
use crate::bindings;

/// A leaf and the lock that keeps it one. Equivalent to the end of C's `follow_pfnmap_start()`.
///
/// # Invariants
///
/// The entry of `guard` is a leaf. `raw` is what it was when read under the lock, and nothing but
/// hardware has changed it since.
#[must_use = "dropping it unlocks the page table at once"]
pub struct LeafGuard<'t, L: Level> {
    guard: SlotGuard<'t, L>,
    raw: L::Raw,
}

/// What locking a leaf found. The entry may have changed since a snapshot showed a leaf, and each
/// caller has to say what it does then.
#[must_use = "the leaf may be gone, or may have become a table"]
pub enum Locked<'t, L: Level> {
    /// It is a leaf, and stays one.
    Leaf(LeafGuard<'t, L>),
    /// Nothing is mapped there any more. The lock is released.
    Gone,
    /// It was split: go down instead. The lock is released.
    BecameTable,
}

impl<'t, L: Level> LeafGuard<'t, L> {
    /// `raw` was read under `guard` and found to be a leaf.
    #[inline]
    pub(super) fn new(guard: SlotGuard<'t, L>, raw: L::Raw) -> Self {
        // INVARIANT: The one caller has asked for the kind.
        Self { guard, raw }
    }

    /// Returns what the leaf says. It is not given away: what changes an entry reads it first.
    #[inline]
    fn leaf(&self) -> Leaf<'_, L> {
        Leaf::new(&self.guard, self.raw)
    }

    /// As [`Leaf::pfn()`].
    #[inline]
    pub fn pfn(&self) -> MappedPfn<'_> {
        self.leaf().pfn()
    }

    /// As [`Leaf::addr_mask()`].
    #[inline]
    pub fn addr_mask(&self) -> usize {
        self.leaf().addr_mask()
    }

    /// As [`Leaf::pgprot()`].
    #[inline]
    pub fn pgprot(&self) -> Pgprot<'_> {
        self.leaf().pgprot()
    }

    /// As [`Leaf::writable()`].
    #[inline]
    pub fn writable(&self) -> bool {
        self.leaf().writable()
    }

    /// As [`Leaf::special()`].
    #[inline]
    pub fn special(&self) -> bool {
        self.leaf().special()
    }

    /// Gives the held lock to C, which releases it by [`unlock_raw()`] and
    /// [`unmap_raw()`]: the lock, and the PTE that is to be unmapped or null.
    #[must_use = "nothing else releases the lock"]
    #[inline]
    pub fn into_raw(self) -> (*mut bindings::spinlock_t, *mut bindings::pte_t) {
        self.guard.into_raw()
    }
}

/// Releases the lock that [`LeafGuard::into_raw()`] gave away, if any.
///
/// # Safety
///
/// `ptl` is null, or came from [`LeafGuard::into_raw()`] on this thread and was not released yet; what
/// kept the table for that guard, the mmap lock for one, is still held.
#[inline]
pub unsafe fn unlock_raw(ptl: *mut bindings::spinlock_t) {
    if !ptl.is_null() {
        // SAFETY: The guard that `ptl` came from held it, and did not unlock it.
        unsafe { bindings::spin_unlock(ptl) };
    }
}

/// Unmaps the PTE that [`LeafGuard::into_raw()`] gave away, if any, after its lock was released.
///
/// # Safety
///
/// `ptep` is null, or came from [`LeafGuard::into_raw()`] on this thread and was not unmapped yet; what
/// kept the table for that guard is still held.
#[inline]
pub unsafe fn unmap_raw(ptep: *mut bindings::pte_t) {
    if !ptep.is_null() {
        // SAFETY: The guard that `ptep` came from had it mapped, and did not unmap it.
        unsafe { bindings::pte_unmap(ptep) };
    }
}
