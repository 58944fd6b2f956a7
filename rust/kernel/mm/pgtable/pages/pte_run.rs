// SPDX-License-Identifier: GPL-2.0

//! Consecutive PTEs that are taken away together, because their pages are being moved.
//!
//! All entries are cleared first, then flushed, and pins are checked last. gup-fast takes its pin
//! first, then reads the entry again and, if that is read-only, the exclusive mark. So either the check
//! here sees the pin, or gup-fast sees that the entry has changed or the mark is gone, and drops the
//! pin. The flush comes before the mark is cleared, so that no CPU writes through an old translation
//! once others may read the page as their own. C flushes page by page; the order for each page is
//! the same.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{normal::carried, NormalLeaf};
use crate::{
    bindings,
    mm::{
        folio::{LockedFolio, MappedPage},
        pgtable::{accessors::by_value, locked_slot::LockedSlots, Entry},
        virt::VmaRef,
    },
};
use core::{mem::MaybeUninit, ops::Range};

/// How many entries are cleared before they are flushed: the lock of the table is held meanwhile.
const MOST: usize = 32;

/// Consecutive PTEs below a lock that C holds, of which the first were cleared and not yet flushed.
/// If it is dropped these are put back.
///
/// # Invariants
///
/// - Secondary MMUs do not map the pages, cleared or not, but perhaps that of the device they move to.
/// - The `len` entries before `slots`, at most [`MOST`], are empty. The first `len` of `cleared` say
///   what they were, and their pages; lock and reference of the folio of each are ours, and the
///   reference and the mapping that the entry stood for, too.
#[must_use = "dropping it puts the entries back"]
pub struct PteRun<'t> {
    slots: LockedSlots<'t>,
    cleared: [MaybeUninit<(bindings::pte_t, MappedPage<'t>)>; MOST],
    len: usize,
}

impl<'t> PteRun<'t> {
    /// Wraps the entries for `addresses`, as far as they are in the table of the first, whose lock C
    /// holds.
    ///
    /// # Safety
    ///
    /// - `ptep` is the entry for the first of `addresses`, in bytes, which lie in `vma`. That is not of
    ///   hugetlb. The lock of the table is held while `'t` lasts, and nothing else uses the entries while
    ///   the result lives.
    /// - Secondary MMUs do not map the pages. That of the device to which they are moved may: its driver
    ///   may ignore `MMU_NOTIFY_MIGRATE`, and answers for what it maps.
    /// - The result is dropped and not forgotten: C owns the lock, and would release it while the
    ///   cleared entries are empty and not flushed. The process would lose the pages, and CPUs could still use
    ///   them.
    #[inline]
    pub unsafe fn from_raw(
        ptep: *mut bindings::pte_t,
        vma: &'t VmaRef,
        addresses: Range<usize>,
    ) -> Self {
        // INVARIANT: Secondary MMUs have let go of the pages, and none was cleared yet.
        Self {
            // SAFETY: The lock of the table is held while `'t` lasts, and nothing else uses the entries.
            slots: unsafe { LockedSlots::from_raw(ptep, vma, addresses) },
            cleared: [const { MaybeUninit::uninit() }; MOST],
            len: 0,
        }
    }

    /// Clears the next entry, which was found to map `page`, of `folio`, and goes on to the one after it.
    /// Equivalent to C's `ptep_get_and_clear()`.
    ///
    /// # Safety
    ///
    /// There is a next entry, fewer than `MOST` are cleared, and the entry maps `page`, which
    /// `vm_normal_page()` returned, of a folio of one page. The caller holds the lock of the folio and a
    /// reference to it, and gives both away.
    // Not inlined, the call would cost 12 instructions for each page.
    #[inline(always)]
    pub unsafe fn clear_known(&mut self, page: *mut bindings::page, folio: *mut bindings::folio) {
        // SAFETY: By the contract of this function there is a next entry.
        let slot = unsafe { self.slots.next().unwrap_unchecked() };
        // SAFETY: A normal page has a reference for each entry that maps it.
        let page = unsafe { MappedPage::of_folio(page, folio) };
        // SAFETY: By the contract of this function `len` is less than `MOST`.
        let place = unsafe { self.cleared.get_unchecked_mut(self.len) };
        // SAFETY: The entry maps the page. What it stands for is the run's, which flushes, from now on.
        let raw = unsafe { slot.flush_cache_and_clear(page.pfn()) };
        // INVARIANT: Cleared just now; the lock and the reference of the folio are given to the run.
        place.write((raw, page));
        self.len += 1;
    }

    /// Clears the next entry, and goes on to the one after it. Returns false, and does neither, if
    /// there is no next entry, if it maps no page of memory that is a folio of its own, if that folio
    /// is locked, or if `MOST` entries are cleared.
    #[inline]
    pub fn clear_next(&mut self) -> bool {
        if self.len == MOST {
            return false;
        }
        let Some(Entry::Leaf(leaf)) = self.slots.entry() else {
            return false;
        };
        let Some(page) = leaf.into_normal().map(|leaf| leaf.page()) else {
            return false;
        };
        if !page.is_plain() {
            return false;
        }
        let Some(folio) = page.try_lock_folio() else {
            return false;
        };
        let page = page.as_ptr();
        // SAFETY: There is an entry, and room; it maps `page`, a normal one of a plain folio, whose lock and
        // reference were just taken. It still does, because the lock of the entry is held.
        unsafe { self.clear_known(page, folio.into_raw()) };
        true
    }

    /// Flushes all that were cleared, and gives them to `each`.
    #[inline]
    fn take(&mut self, mut each: impl FnMut(Cleared<'_>)) {
        let len = core::mem::take(&mut self.len);
        if len == 0 {
            return;
        }
        // SAFETY: By the type invariant there are as many entries before; nothing else uses them before the
        // lock is released.
        let slots = unsafe { self.slots.before(len) };
        let addresses = slots.addr().as_raw()..self.slots.addr().as_raw();
        self.slots.vma().flush_tlb(addresses);
        for (slot, cleared) in slots.zip(&self.cleared) {
            // SAFETY: By the type invariant it is there, and this is the one time that it is read.
            let (raw, page) = unsafe { cleared.assume_init_read() };
            // SAFETY: By the type invariant lock and reference of the folio are ours.
            let folio = unsafe { LockedFolio::from_raw(page.folio()) };
            // INVARIANT: By the type invariant the entry was that, and what it stood for is ours.
            let leaf = NormalLeaf {
                slot: &slot,
                raw,
                page,
            };
            each(Cleared { leaf, folio });
        }
    }

    /// Flushes all that were cleared, and makes them migration entries, which wait until their pages
    /// were moved, or puts back those of pages that may be pinned.
    ///
    /// `done` gets each page that is moved as `struct migrate_vma` has it, with the lock of its folio
    /// and a reference, which C gives back; and `None` for a page that was put back.
    #[inline]
    pub fn flush(&mut self, mut done: impl FnMut(Option<usize>)) {
        self.take(|cleared| done(cleared.flushed()));
    }
}

impl Drop for PteRun<'_> {
    #[inline]
    fn drop(&mut self) {
        self.take(|cleared| cleared.put_back());
    }
}

// SAFETY: It shifts a number and sets bits.
by_value! { unsafe extern {
    fn migrate_pfn_of(pfn: usize, writable: bool) -> usize = migrate_pfn_of;
} }

/// An entry that was cleared and flushed, and what it was.
///
/// # Invariants
///
/// The entry of `leaf` is empty, and was what `leaf` says; what it stood for is still that of `leaf`.
/// `folio` is that of the page.
struct Cleared<'t> {
    leaf: NormalLeaf<'t>,
    folio: LockedFolio,
}

impl Cleared<'_> {
    /// Makes the entry a migration entry and gives its page to C, or puts it back.
    #[inline]
    fn flushed(self) -> Option<usize> {
        let (folio, page) = (self.leaf.page().folio(), self.leaf.page().as_ptr());
        let exclusive = self.leaf.page().anon_exclusive();
        // SAFETY: The entry is cleared and flushed, its lock is held, and the page has the mark.
        if exclusive && unsafe { bindings::folio_try_share_anon_rmap_pte(folio, page) } != 0 {
            self.put_back();
            return None;
        }
        self.leaf.save_dirty(self.leaf.raw);
        let entry = carried(self.leaf.raw, self.migration(exclusive));
        // SAFETY: By the type invariant the entry is empty. A migration entry stands for no reference and no
        // mapping.
        unsafe { self.leaf.slot.set_pte(entry) };
        // SAFETY: By the type invariant the entry counted as a mapping, and its lock is held.
        unsafe { bindings::folio_remove_rmap_pte(folio, page, self.leaf.slot.vma().as_ptr()) };
        // SAFETY: By the type invariant the entry owned a reference; `self.folio` has another.
        unsafe { bindings::folio_put(folio) };
        self.folio.into_raw();
        Some(migrate_pfn_of(self.leaf.page().pfn(), self.leaf.writable()))
    }

    /// Maps the page as it was, and unlocks its folio.
    #[inline]
    fn put_back(self) {
        // SAFETY: By the type invariant the entry is empty, and stood for this mapping.
        unsafe { self.leaf.slot.set_pte(self.leaf.raw) };
    }

    /// Returns the entry of a page that is being moved.
    #[inline]
    fn migration(&self, exclusive: bool) -> bindings::pte_t {
        let page = self.leaf.page().as_ptr();
        // SAFETY: By the type invariant the reference of the mapping is ours, so that the page is alive.
        unsafe {
            let mut entry = if self.leaf.writable() {
                bindings::make_writable_migration_entry(page)
            } else if exclusive {
                bindings::make_readable_exclusive_migration_entry(page)
            } else {
                bindings::make_readable_migration_entry(page)
            };
            if bindings::pte_young(self.leaf.raw) {
                entry = bindings::make_migration_entry_young(entry);
            }
            if bindings::pte_dirty(self.leaf.raw) {
                entry = bindings::make_migration_entry_dirty(entry);
            }
            bindings::softleaf_to_pte(entry)
        }
    }
}
