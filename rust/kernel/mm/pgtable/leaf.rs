// SPDX-License-Identifier: GPL-2.0

//! A leaf under its lock.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Leaf, Level, SlotGuard};
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
        Leaf::new(self.guard.slot(), self.raw)
    }

    /// As [`Leaf::writable()`].
    #[inline]
    pub fn writable(&self) -> bool {
        self.leaf().writable()
    }

    /// Hands the held lock to C, which releases it by [`unlock_raw()`], and fills in all outputs of
    /// `args` from the leaf.
    #[inline]
    pub fn into_raw(self, args: &mut bindings::follow_pfnmap_args) {
        let leaf = self.leaf();
        args.pfn = leaf.pfn().as_raw();
        args.addr_mask = leaf.addr_mask();
        args.pgprot = leaf.pgprot();
        args.writable = leaf.writable();
        args.special = leaf.special();
        (args.lock, args.ptep) = self.guard.into_raw();
    }
}

/// Releases the lock that [`LeafGuard::into_raw()`] gave away, if any, and unmaps the PTE then.
///
/// # Safety
///
/// `args` is valid for reading. Its lock and PTE are null, or as [`LeafGuard::into_raw()`] on this
/// thread left them, and were not released yet; what kept the table for that guard, the mmap lock for
/// one, is still held.
#[inline]
pub unsafe fn unlock_raw(args: *const bindings::follow_pfnmap_args) {
    // SAFETY: `args` is valid for reading.
    let ptl = unsafe { (*args).lock };
    if !ptl.is_null() {
        // SAFETY: The guard that `ptl` came from held it, and did not unlock it.
        unsafe { bindings::spin_unlock(ptl) };
    }
    // SAFETY: `args` is valid for reading.
    let ptep = unsafe { (*args).ptep };
    if !ptep.is_null() {
        // SAFETY: The guard that `ptep` came from had it mapped, and did not unmap it.
        unsafe { bindings::pte_unmap(ptep) };
    }
}
