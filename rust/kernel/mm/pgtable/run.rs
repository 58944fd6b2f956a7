// SPDX-License-Identifier: GPL-2.0

//! Consecutive PTEs that are taken away together, because their pages are being moved.
//!
//! All are cleared first, flushed then, and asked for pins last: gup-fast pins a page first and
//! reads its entry again then, and after that, where it may not write, the exclusive mark. So
//! either its pin is there when pins are asked for, or it finds the entry changed or the mark gone,
//! and gives the pin back. The flush, before the mark goes, is what keeps a CPU from writing by an
//! old translation once others may read the page as their own. C flushes page by page; the order
//! for a page is the same.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{
    normal::{carried, MaybePinned, NormalLeaf},
    softleaf::set_pte,
    Level, LockedSlot, Pte,
};
use crate::{
    bindings,
    mm::{
        folio::{LockedFolio, MappedPage},
        virt::VmaRef,
    },
};
use core::{
    mem::{ManuallyDrop, MaybeUninit},
    ptr::NonNull,
};

/// An entry that was cleared, and what it was.
///
/// # Invariants
///
/// Having one tells you that the entry of `leaf` is empty, and was what `leaf` says; its reference
/// and mapping are those of `leaf` still. `folio` is that of the page.
struct Cleared<'g> {
    leaf: NormalLeaf<'g>,
    folio: LockedFolio,
}

/// How many entries are cleared at most before the others have to wait no more.
const MOST: usize = 32;

/// Entries that were cleared and not yet flushed. If it is dropped they are put back.
///
/// # Invariants
///
/// Having one tells you that the first `len` of `cleared` are there: what the entries from `first`
/// on were, and their pages, with lock and reference of the folio of each.
#[must_use = "dropping it puts the entries back"]
pub struct ClearedRun<'g> {
    first: Option<(LockedSlot<'g, Pte>, &'g VmaRef)>,
    cleared: [MaybeUninit<(bindings::pte_t, MappedPage<'g>)>; MOST],
    len: usize,
}

impl Default for ClearedRun<'_> {
    #[inline]
    fn default() -> Self {
        Self {
            first: None,
            cleared: [const { MaybeUninit::uninit() }; MOST],
            len: 0,
        }
    }
}

impl<'g> ClearedRun<'g> {
    /// Starts with nothing.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether one more would be too many.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.len == MOST
    }

    /// Clears one more entry, and says whether it has: it has to be that of the next page, and
    /// `folio` that of the page.
    // A call costs 12 instructions a page.
    #[inline(always)]
    pub fn push(&mut self, leaf: NormalLeaf<'g>, folio: LockedFolio) -> bool {
        if !folio.lock().is_of(&leaf.page()) || !self.is_next(&leaf) {
            return false;
        }
        let Some(place) = self.cleared.get_mut(self.len) else {
            return false;
        };
        leaf.flush_cache();
        // INVARIANT: It was just cleared, and is the next; the lock is given away.
        place.write((leaf.clear(), leaf.page()));
        folio.into_raw();
        self.len += 1;
        self.first.get_or_insert((leaf.slot, leaf.vma));
        true
    }

    #[inline]
    fn is_next(&self, leaf: &NormalLeaf<'_>) -> bool {
        self.first.as_ref().is_none_or(|(slot, vma)| {
            leaf.addr().as_raw() == slot.addr().as_raw() + self.len * Pte::SIZE
                && leaf.vma.as_ptr() == vma.as_ptr()
        })
    }

    /// Flushes all, and gives them to `each`.
    #[inline]
    fn take(&mut self, mut each: impl FnMut(Cleared<'g>)) {
        let Some((mut slot, vma)) = self.first.take() else {
            return;
        };
        let (start, len) = (slot.addr().as_raw(), core::mem::take(&mut self.len));
        // SAFETY: The vma is alive, and the addresses lie in it.
        unsafe { bindings::flush_tlb_ptes(vma.as_ptr(), start, start + len * Pte::SIZE) };
        for cleared in self.cleared.iter().take(len) {
            // SAFETY: By the type invariant it was there, and this is the one time that it is read.
            let (old, page) = unsafe { cleared.assume_init_read() };
            // SAFETY: By the type invariant both are ours; a folio has an address.
            let folio = unsafe { LockedFolio::from_raw(NonNull::new_unchecked(page.folio())) };
            // SAFETY: The lock is held while `'g` lasts, and nobody else looks at the entry.
            let here = unsafe { slot.detach() };
            // SAFETY: By the type invariant that is what the entry was.
            let leaf = unsafe { NormalLeaf::new(here, old, page, vma) };
            // INVARIANT: As said.
            each(Cleared { leaf, folio });
            // SAFETY: By the type invariant there is an entry behind, or none is asked for.
            unsafe { slot.advance() };
        }
    }

    /// Flushes all, and makes them migration entries, or puts back those of pages that may be
    /// pinned; `done` gets each page as what it has become. Nothing is left then.
    #[inline]
    pub fn flush(&mut self, mut done: impl FnMut(Result<Moving<'g>, MaybePinned>)) {
        self.take(|cleared| done(cleared.flushed()));
    }
}

impl Drop for ClearedRun<'_> {
    #[inline]
    fn drop(&mut self) {
        self.take(|cleared| set_pte(&cleared.leaf.slot, cleared.leaf.raw));
    }
}

/// A page that is being moved: locked and referenced, and mapped by a migration entry, which waits
/// for somebody to have it moved. Dropping it leaves it locked.
#[must_use = "who moves a page has to unlock it"]
pub struct Moving<'g> {
    page: MappedPage<'g>,
    writable: bool,
    _folio: ManuallyDrop<LockedFolio>,
}

impl Moving<'_> {
    /// Gives the page to C, locked and referenced, and returns it as `migrate_vma` has it.
    #[inline]
    pub fn into_raw(self) -> usize {
        // SAFETY: The function computes a value.
        unsafe { bindings::migrate_pfn_of(self.page.pfn(), self.writable) }
    }
}

impl<'g> Cleared<'g> {
    /// The entry was flushed: makes it a migration entry, or puts it back.
    #[inline]
    fn flushed(self) -> Result<Moving<'g>, MaybePinned> {
        let (folio, page) = (self.leaf.page().folio(), self.leaf.page().as_ptr());
        let exclusive = self.leaf.page().anon_exclusive();
        // SAFETY: The entry is cleared and flushed, its lock is held, and the page has the mark.
        if exclusive && unsafe { bindings::folio_try_share_anon_rmap_pte(folio, page) } != 0 {
            set_pte(&self.leaf.slot, self.leaf.raw);
            return Err(MaybePinned);
        }
        self.leaf.save_dirty(self.leaf.raw);
        let entry = carried(self.leaf.raw, self.migration(exclusive));
        set_pte(&self.leaf.slot, entry);
        // SAFETY: By the type invariant the entry counted as a mapping, and its lock is held.
        unsafe { bindings::folio_remove_rmap_pte(folio, page, self.leaf.vma.as_ptr()) };
        // SAFETY: By the type invariant the entry owned a reference; `self.folio` has another.
        unsafe { bindings::folio_put(folio) };
        Ok(Moving {
            page: self.leaf.page(),
            writable: self.leaf.writable(),
            _folio: ManuallyDrop::new(self.folio),
        })
    }

    /// Returns the entry of a page that is being moved.
    #[inline]
    fn migration(&self, exclusive: bool) -> bindings::pte_t {
        let page = self.leaf.page().as_ptr();
        // SAFETY: The functions compute a value, of a page that is alive.
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
