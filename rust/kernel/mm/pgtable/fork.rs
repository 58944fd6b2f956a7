// SPDX-License-Identifier: GPL-2.0

//! The entries of a parent and of its child, and their two locks.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{HugeLevel, Slot, SlotGuard, SpecialLeaf, UserAddr};
use crate::bindings;
use core::ptr::NonNull;

impl<'t, L: HugeLevel> Slot<'t, L> {
    /// Takes the entry of a parent or of its child, both of which fork works on, for `addr`.
    ///
    /// # Safety
    ///
    /// `ptr` points at the entry for `addr`, which lies in a vma that is not of hugetlb, in a table
    /// of `mm` that is not freed while `'t` lasts. The two entries that are locked with each other
    /// are those for one address, in a vma and in its copy.
    #[inline]
    pub unsafe fn of_fork(ptr: *mut L::Raw, mm: *mut bindings::mm_struct, addr: usize) -> Self {
        // SAFETY: An entry has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(mm) };
        // SAFETY: The contract of this function.
        unsafe { Self::new(ptr, mm, UserAddr::new(addr)) }
    }

    /// Takes the lock of this entry, the child's, and then that of `parent`: the order in which two
    /// are taken. It hangs if both lie in one mm.
    ///
    /// C twin: `pmd_lock()` and `spin_lock_nested()` of `copy_huge_pmd()`.
    #[inline]
    pub fn lock_with(self, parent: Slot<'t, L>) -> (ChildGuard<'t, L>, SlotGuard<'t, L>) {
        let child = self.lock();
        // SAFETY: By the type invariant the slot lies in a table of `mm` that is not freed.
        let ptl = unsafe { L::lock_nested(parent.mm.as_ptr(), parent.ptr.as_ptr()) };
        // SAFETY: A lock has an address.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: The lock of the slot's table was just taken.
        let parent = unsafe { SlotGuard::new(parent.ptr, ptl, parent.mm, parent.addr) };
        (ChildGuard(child), parent)
    }
}

/// The lock of a child's entry, which fork fills.
///
/// # Invariants
///
/// Having one tells you that the entry lies in the copy of the parent's vma, so that what the parent
/// maps may be mapped there.
#[must_use = "dropping it unlocks the page table at once"]
pub struct ChildGuard<'t, L: HugeLevel>(SlotGuard<'t, L>);

impl<L: HugeLevel> ChildGuard<'_, L> {
    /// Puts there what was found in the parent, if the entry is empty. C twin: `set_pmd_at()`.
    #[inline]
    pub fn install(&mut self, leaf: SpecialLeaf<'_, L>) {
        if let Some(vacant) = self.0.vacant() {
            vacant.set(leaf);
        }
    }
}
