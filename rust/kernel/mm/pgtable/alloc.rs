// SPDX-License-Identifier: GPL-2.0

//! The entry of a page, and the table that it may lack.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Pte, SlotGuard, VmaBlock};
use crate::bindings;
use core::ptr::NonNull;

/// Why a PTE is not locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotLocked {
    /// There is no memory for its table.
    NoMemory,
    /// The PMD has become a leaf: somebody was faster.
    Changed,
}

impl<'t> SlotGuard<'t, Pte> {
    /// Locks the PTE of a page under the PMD that C has found for it, allocating its table.
    /// Equivalent to C's `pte_alloc_map_lock()`.
    ///
    /// # Safety
    ///
    /// `pmd` points at the entry for the page in a table of the vma's mm.
    #[inline]
    pub unsafe fn alloc(
        pmd: *mut bindings::pmd_t,
        page: &VmaBlock<'t, Pte>,
    ) -> Result<Self, NotLocked> {
        let (mm, addr) = (page.vma().mm().as_raw(), page.user_addr());
        // SAFETY: The contract of this function; the lock of the vma, which is not of hugetlb, keeps
        // the table of the PMD.
        if unsafe { bindings::pte_alloc(mm, pmd) } {
            return Err(NotLocked::NoMemory);
        }
        let mut ptl = core::ptr::null_mut();
        // SAFETY: As above; C looks at what the PMD is by itself.
        let ptr = unsafe { bindings::pte_offset_map_lock(mm, pmd, addr.as_raw(), &mut ptl) };
        let ptr = NonNull::new(ptr).ok_or(NotLocked::Changed)?;
        // SAFETY: C sets the lock wherever it returns an entry.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(mm) };
        // SAFETY: C has mapped the table of `ptr` and holds `ptl`, which is its lock.
        Ok(unsafe { Self::new(ptr, ptl, mm, addr) })
    }
}
