// SPDX-License-Identifier: GPL-2.0

//! The way down from an entry that points to a table.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{Pmd, Pte, Pud, Slot, SlotGuard, TableLevel};
use crate::bindings;
use core::ptr::NonNull;

/// A table of the level below `L`, and the place in it that the walked address leads to.
///
/// # Invariants
///
/// Having one tells you that the entry in the slot was a table when read. While `'t` lasts a table
/// of PMDs stays; a table of PTEs may be taken away, so that locking it can fail.
pub struct Table<'t, L: TableLevel>(Slot<'t, L>);

impl<'t, L: TableLevel> Table<'t, L> {
    /// Takes note of a table that was found.
    ///
    /// # Safety
    ///
    /// The entry in `slot` was a table when read.
    #[inline]
    pub(super) unsafe fn new(slot: Slot<'t, L>) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self(slot)
    }
}

impl<'t> Table<'t, Pud> {
    /// Goes down to the PMD of the address. Equivalent to C's `pmd_offset()`.
    #[inline]
    pub fn pmd(self) -> Slot<'t, Pmd> {
        // SAFETY: By the type invariant the entry is a table and stays one.
        let ptr = unsafe { bindings::pmd_offset(self.0.ptr.as_ptr(), self.0.addr.as_raw()) };
        // SAFETY: An entry inside a table has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: `ptr` lies in that table, which belongs to the same mm.
        unsafe { Slot::new(ptr, self.0.mm, self.0.addr) }
    }
}

impl<'t> Table<'t, Pmd> {
    /// Goes down to the PTE of the address and locks its table, or returns nothing if the table was
    /// taken away meanwhile: look at the PMD again. Equivalent to C's `pte_offset_map_lock()`.
    #[inline]
    pub fn lock_pte(self) -> Option<SlotGuard<'t, Pte>> {
        let mut ptl = core::ptr::null_mut();
        // SAFETY: The PMD lies in a table of `mm` that stays during `'t`; C looks at what the PMD is
        // by itself.
        let ptr = unsafe {
            bindings::pte_offset_map_lock(
                self.0.mm.as_ptr(),
                self.0.ptr.as_ptr(),
                self.0.addr.as_raw(),
                &mut ptl,
            )
        };
        let ptr = NonNull::new(ptr)?;
        // SAFETY: C sets the lock wherever it returns an entry.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: C has mapped the table of `ptr` and holds `ptl`, which is its lock; nobody takes
        // the table away without that.
        Some(unsafe { SlotGuard::new(ptr, ptl, self.0.mm, self.0.addr) })
    }
}
