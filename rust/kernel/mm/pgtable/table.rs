// SPDX-License-Identifier: GPL-2.0

//! The way down from an entry that points to a table.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{LockedSlot, Pmd, Pte, Pud, Slot, SlotGuard, TableLevel};
use crate::bindings;
use core::ptr::NonNull;

/// A table of the level below `L`, and the place in it that the walked address leads to.
///
/// # Invariants
///
/// The entry in the slot was a table when read. While `'t` lasts a table of PMDs stays; a table of
/// PTEs may be freed, so that locking it can fail.
pub struct Table<'t, L: TableLevel>(Slot<'t, L>);

impl<'t, L: TableLevel> Table<'t, L> {
    /// Takes note of a table that was found.
    ///
    /// # Safety
    ///
    /// The entry in `slot` was a table when read.
    #[inline]
    pub(super) unsafe fn new(slot: Slot<'t, L>) -> Self {
        // INVARIANT: The entry was a table when read.
        Self(slot)
    }
}

impl<'t> Table<'t, Pud> {
    /// Goes down to the PMD of the address. Equivalent to C's `pmd_offset()`.
    #[inline]
    pub fn pmd(self) -> Slot<'t, Pmd> {
        let Slot {
            ptr, vma, mm, addr, ..
        } = self.0;
        // SAFETY: By the type invariant the entry is a table and stays one.
        let ptr = unsafe { bindings::pmd_offset(ptr.as_ptr(), addr.as_raw()) };
        // SAFETY: An entry inside a table has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: `ptr` lies in that table, which belongs to the same mm.
        unsafe { Slot::new(ptr, vma, mm, addr) }
    }
}

impl<'t> Table<'t, Pmd> {
    /// As [`Slot::lock_pte()`].
    #[inline]
    pub fn lock_pte(self) -> Option<SlotGuard<'t, Pte>> {
        self.0.lock_pte()
    }
}

impl<'t> Slot<'t, Pmd> {
    /// Goes down to the PTE of the address and locks its table. Returns nothing if the PMD is no
    /// table, or none any more: read it again. Equivalent to C's `pte_offset_map_lock()`.
    #[inline]
    pub fn lock_pte(self) -> Option<SlotGuard<'t, Pte>> {
        let Slot {
            ptr, vma, mm, addr, ..
        } = self;
        let mut ptl = core::ptr::null_mut();
        // SAFETY: By the type invariant the PMD lies in a table of `mm` that stays; C checks what
        // the PMD is.
        let ptr = unsafe {
            bindings::pte_offset_map_lock(mm.as_ptr(), ptr.as_ptr(), addr.as_raw(), &mut ptl)
        };
        let ptr = NonNull::new(ptr)?;
        // SAFETY: C sets the lock wherever it returns an entry.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: `ptr` is the entry for `addr`; C has locked its table, which stays until the lock
        // is released.
        let slot = unsafe { LockedSlot::new(ptr, vma, mm, addr) };
        // SAFETY: C has mapped the table and taken `ptl`, its lock.
        Some(unsafe { SlotGuard::new(slot, ptl) })
    }
}
