// SPDX-License-Identifier: GPL-2.0

//! A PTE that maps a page, and what takes its place.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{softleaf::set_pte, Leaf, LockedSlot, Pte, UserAddr};
use crate::{
    bindings,
    mm::{
        folio::{FolioLock, MappedPage},
        notifier::{Others, Unmapped},
    },
};
use core::ptr::NonNull;

/// A PTE that maps a page of a folio, to which it owns a reference. Equivalent to C's
/// `vm_normal_page()`.
///
/// # Invariants
///
/// - `raw` is what the entry in `slot` was when read under its lock; it maps `page`, a normal one.
/// - The entry owns one reference to the folio, and counts as one mapping of the page.
pub struct NormalLeaf<'g> {
    pub(super) slot: LockedSlot<'g, Pte>,
    pub(super) raw: bindings::pte_t,
    pub(super) page: MappedPage<'g>,
}

/// The page may be pinned, and so must not be shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaybePinned;

impl<'g> Leaf<'g, Pte> {
    /// Returns the leaf as one that maps a page of a folio, or nothing if it maps none. Equivalent
    /// to C's `vm_normal_page()`.
    #[inline]
    pub fn into_normal(self) -> Option<NormalLeaf<'g>> {
        let (vma, addr) = (self.guard.vma(), self.guard.addr().as_raw());
        // SAFETY: By the type invariants the lock of the entry, which is one of the vma, is held.
        let page = NonNull::new(unsafe { bindings::vm_normal_page(vma, addr, self.raw) })?;
        // SAFETY: A normal page has a reference for each entry that maps it.
        let page = unsafe { MappedPage::new(page) };
        // SAFETY: It was read under the lock.
        Some(unsafe { NormalLeaf::new(self.guard.reborrow(), self.raw, page) })
    }
}

impl<'g> NormalLeaf<'g> {
    /// Takes note of an entry.
    ///
    /// # Safety
    ///
    /// The entry in `slot` is `raw` and maps `page`, a normal one.
    #[inline]
    pub(super) unsafe fn new(
        slot: LockedSlot<'g, Pte>,
        raw: bindings::pte_t,
        page: MappedPage<'g>,
    ) -> Self {
        // INVARIANT: The contract of this function.
        Self { slot, raw, page }
    }

    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        self.page
    }

    /// Whether user space may write. Equivalent to C's `pte_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_write(self.raw) }
    }

    /// Whether the entry has the bit of userfaultfd. Equivalent to C's `pte_uffd()`.
    #[inline]
    pub fn uffd(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_uffd(self.raw) }
    }

    /// Whether the page was written by this entry. Equivalent to C's `pte_dirty()`.
    #[inline]
    pub fn dirty(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_dirty(self.raw) }
    }

    /// Whether the page was accessed by this entry. Equivalent to C's `pte_young()`.
    #[inline]
    pub fn young(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_young(self.raw) }
    }

    /// Whether the entry has the soft-dirty bit. Equivalent to C's `pte_soft_dirty()`.
    #[inline]
    pub fn soft_dirty(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_soft_dirty(self.raw) }
    }

    /// Returns the address that is mapped.
    #[inline]
    pub fn addr(&self) -> UserAddr {
        self.slot.addr()
    }

    /// As [`BatchLeaf::into_exclusive()`], without the flush.
    ///
    /// [`BatchLeaf::into_exclusive()`]: super::BatchLeaf::into_exclusive
    #[inline]
    pub(super) fn into_exclusive(
        self,
        folio: &FolioLock<'_>,
        unmapped: Unmapped<'_, Others>,
    ) -> Option<MappedPage<'g>> {
        if !self.writable()
            || !self.page.is_anon()
            || !folio.is_of(&self.page)
            || !unmapped.covers(&self.slot)
        {
            return None;
        }
        self.flush_cache();
        let old = self.clear();
        // The device is going to write: a page that was clean, or given up, is worth keeping now.
        if !folio.dirty() {
            // SAFETY: By its invariant the folio is alive.
            unsafe { bindings::folio_mark_dirty(self.page.folio()) };
        }
        // SAFETY: The page is alive, and the function computes a value.
        let entry = unsafe { bindings::make_device_exclusive_pte(self.page.as_ptr()) };
        set_pte(&self.slot, carried(old, entry));
        Some(self.page)
    }

    /// Takes the entry away and returns what it was, with all bits that hardware has set until now.
    #[inline]
    pub(super) fn clear(&self) -> bindings::pte_t {
        let addr = self.slot.addr().as_raw();
        // SAFETY: By the type invariant the lock of the entry is held.
        unsafe { bindings::ptep_get_and_clear(self.slot.mm(), addr, self.slot.as_ptr()) }
    }

    #[inline]
    pub(super) fn flush_cache(&self) {
        let addr = self.slot.addr().as_raw();
        // SAFETY: By the type invariant the entry maps the frame there.
        unsafe { bindings::flush_cache_page(self.slot.vma(), addr, self.page.pfn()) };
    }

    /// Tells the folio if `old`, which was just taken away, was dirty.
    #[inline]
    pub(super) fn save_dirty(&self, old: bindings::pte_t) {
        // SAFETY: The function looks at the bits of the value alone.
        if unsafe { bindings::pte_dirty(old) } {
            // SAFETY: By its invariant the folio is alive.
            unsafe { bindings::folio_mark_dirty(self.page.folio()) };
        }
    }
}

/// Returns `entry`, which is not present, with what `old`, which was, has to hand on.
#[inline]
pub(super) fn carried(old: bindings::pte_t, entry: bindings::pte_t) -> bindings::pte_t {
    // SAFETY: The functions compute a value.
    unsafe {
        let entry = if bindings::pte_soft_dirty(old) {
            bindings::pte_swp_mksoft_dirty(entry)
        } else {
            entry
        };
        if bindings::pte_uffd(old) {
            bindings::pte_swp_mkuffd(entry)
        } else {
            entry
        }
    }
}
