// SPDX-License-Identifier: GPL-2.0

//! Consecutive PTEs below a lock that C holds.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{LockedSlot, NormalLeaf, Pte};
use crate::{
    bindings,
    mm::{folio::MappedPage, virt::VmaRef},
};
use core::ptr::NonNull;

/// Consecutive PTEs of a vma in one table, whose lock C holds. Each is seen once.
///
/// # Invariants
///
/// Having one tells you that `slot`, and the `left` entries from it on, are those of consecutive
/// pages of `vma` in one table, whose lock is held while `'t` lasts.
pub struct PteRun<'t> {
    slot: LockedSlot<'t, Pte>,
    left: usize,
    vma: &'t VmaRef,
}

impl<'t> PteRun<'t> {
    /// Takes entries whose lock C holds.
    ///
    /// # Safety
    ///
    /// The type invariant, for `left` entries from `ptep` on, that of `address`, in bytes.
    #[inline]
    pub unsafe fn from_raw(
        ptep: *mut bindings::pte_t,
        vma: &'t VmaRef,
        address: usize,
        left: usize,
    ) -> Self {
        // SAFETY: The contract of this function.
        let slot = unsafe { LockedSlot::from_raw(ptep, vma, address) };
        // INVARIANT: The contract of this function.
        Self { slot, left, vma }
    }

    /// Returns the next entry as one that C has found to map `page`, of `folio`.
    ///
    /// # Safety
    ///
    /// There is one, and it maps `page`, which `vm_normal_page()` returned.
    #[inline]
    pub unsafe fn next_known(
        &mut self,
        page: NonNull<bindings::page>,
        folio: NonNull<bindings::folio>,
    ) -> NormalLeaf<'t> {
        // SAFETY: A normal page has a reference for each entry that maps it.
        let page = unsafe { MappedPage::of_folio(page, folio) };
        // SAFETY: The contract of this function.
        unsafe { self.take(page) }
    }

    /// Returns the next entry, which maps `page`, and goes on.
    ///
    /// # Safety
    ///
    /// There is one, and it does.
    #[inline]
    unsafe fn take(&mut self, page: MappedPage<'t>) -> NormalLeaf<'t> {
        let raw = self.slot.read();
        // SAFETY: The lock is held while `'t` lasts, and nobody gets this entry again.
        let slot = unsafe { self.slot.detach() };
        self.left -= 1;
        // SAFETY: By the type invariant there is an entry behind, or none is asked for.
        unsafe { self.slot.advance() };
        // SAFETY: The contract of this function.
        unsafe { NormalLeaf::new(slot, raw, page, self.vma) }
    }
}

impl<'t> Iterator for PteRun<'t> {
    type Item = NormalLeaf<'t>;

    /// Returns the next entry if it maps a page of a folio.
    #[inline]
    fn next(&mut self) -> Option<NormalLeaf<'t>> {
        if self.left == 0 {
            return None;
        }
        let raw = self.slot.read();
        // SAFETY: The function looks at the bits of the value alone.
        if !unsafe { bindings::pte_present(raw) } {
            return None;
        }
        let (vma, addr) = (self.vma.as_ptr(), self.slot.addr().as_raw());
        // SAFETY: By the type invariant the lock of the entry, one of the vma, is held.
        let page = NonNull::new(unsafe { bindings::vm_normal_page(vma, addr, raw) })?;
        // SAFETY: A normal page has a reference for each entry that maps it.
        let page = unsafe { MappedPage::new(page) };
        // SAFETY: There is one, and it was just read.
        Some(unsafe { self.take(page) })
    }
}
