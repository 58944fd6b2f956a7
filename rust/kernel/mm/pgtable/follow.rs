// SPDX-License-Identifier: GPL-2.0

//! A lock that is given to C, with what the entry says.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Entry, Level, SlotGuard};
use crate::bindings;

/// Why an entry has nothing for C. It may have changed since a snapshot showed a leaf, and each caller
/// has to say what it does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLeaf {
    /// Nothing is mapped there any more.
    Gone,
    /// It was split: go down instead.
    BecameTable,
}

impl<L: Level> SlotGuard<'_, L> {
    /// Hands the held lock to C, which releases it by [`unlock_raw()`], and fills in all outputs of
    /// `args` from the leaf. Releases the lock, and leaves `args` alone, if the entry is no leaf.
    ///
    /// Equivalent to the end of C's `follow_pfnmap_start()`.
    #[inline]
    pub fn into_raw(mut self, args: &mut bindings::follow_pfnmap_args) -> Result<(), NotLeaf> {
        let leaf = match self.entry() {
            Entry::Leaf(leaf) => leaf,
            Entry::Vacant | Entry::NonPresent(_) => return Err(NotLeaf::Gone),
            Entry::Table => return Err(NotLeaf::BecameTable),
        };
        args.pfn = leaf.pfn().as_raw();
        args.addr_mask = leaf.addr_mask();
        args.pgprot = leaf.pgprot();
        args.writable = leaf.writable();
        args.special = leaf.special();
        (args.lock, args.ptep) = self.into_parts();
        Ok(())
    }
}

/// Releases the lock that [`SlotGuard::into_raw()`] gave away, if any, and unmaps the PTE then.
///
/// # Safety
///
/// The lock and the PTE of `args` are null, or as [`SlotGuard::into_raw()`] on this thread left them, and
/// were not released yet; what kept the table for that guard, the mmap lock for one, is still held.
#[inline]
pub unsafe fn unlock_raw(args: &bindings::follow_pfnmap_args) {
    if !args.lock.is_null() {
        // SAFETY: The guard that the lock came from held it, and did not unlock it.
        unsafe { bindings::spin_unlock(args.lock) };
    }
    if !args.ptep.is_null() {
        // SAFETY: The guard that the PTE came from had it mapped, and did not unmap it.
        unsafe { bindings::pte_unmap(args.ptep) };
    }
}
