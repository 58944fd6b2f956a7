// SPDX-License-Identifier: GPL-2.0

//! A PTE that maps a page, and what takes its place.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use crate::{
    bindings,
    mm::{
        folio::MappedPage,
        pgtable::{accessors::Accessors, Leaf, LockedSlot, Pte},
    },
};

/// A PTE that maps a page of a folio, to which it owns a reference. Equivalent to C's
/// `vm_normal_page()`.
///
/// # Invariants
///
/// - `raw` is what the entry in `slot` was when read under its lock; it maps `page`, a normal one.
/// - The entry owns one reference to the folio, and counts as one mapping of the page; or it was cleared,
///   and what owns the leaf has both.
pub struct NormalLeaf<'g> {
    pub(super) slot: &'g LockedSlot<'g, Pte>,
    pub(super) raw: bindings::pte_t,
    pub(super) page: MappedPage<'g>,
}

/// What a PTE says beside the page. Equivalent to C's `pte_write()`, `pte_young()`, `pte_dirty()`,
/// `pte_soft_dirty()` and `pte_uffd()`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PteBits {
    /// User space may write.
    pub writable: bool,
    /// The page was accessed by this entry.
    pub young: bool,
    /// The page was written by this entry.
    pub dirty: bool,
    /// The page was written since user space has cleared this bit.
    pub soft_dirty: bool,
    /// userfaultfd handles an access, or a write.
    pub uffd: bool,
}

impl<'g> Leaf<'g, Pte> {
    /// Returns the leaf as one that maps a page of a folio, or `None` if it maps none. Equivalent
    /// to C's `vm_normal_page()`.
    #[inline]
    pub fn into_normal(self) -> Option<NormalLeaf<'g>> {
        let (vma, addr) = (self.guard.vma().as_ptr(), self.guard.addr().as_raw());
        // SAFETY: By the type invariants the lock of the entry, which is one of the vma, is held.
        let page = unsafe { bindings::vm_normal_page(vma, addr, self.raw) };
        if page.is_null() {
            return None;
        }
        // INVARIANT: It was read under the lock.
        Some(NormalLeaf {
            slot: self.guard,
            raw: self.raw,
            // SAFETY: A normal page has a reference for each entry that maps it.
            page: unsafe { MappedPage::new(page) },
        })
    }
}

impl<'g> NormalLeaf<'g> {
    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        self.page
    }

    /// Whether user space may write. Equivalent to C's `pte_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        Pte::write(self.raw)
    }

    /// Returns what else the entry says.
    #[inline]
    pub fn bits(&self) -> PteBits {
        PteBits {
            writable: self.writable(),
            young: Pte::young(self.raw),
            dirty: Pte::dirty(self.raw),
            soft_dirty: Pte::soft_dirty(self.raw),
            uffd: Pte::uffd(self.raw),
        }
    }

    /// Tells the folio if `old`, which was just taken away, was dirty.
    #[inline]
    pub(super) fn save_dirty(&self, old: bindings::pte_t) {
        if Pte::dirty(old) {
            self.page.mark_dirty();
        }
    }
}

/// Returns `entry`, which is not present, with what `old`, which was, has to hand on.
#[inline]
pub(super) fn carried(old: bindings::pte_t, mut entry: bindings::pte_t) -> bindings::pte_t {
    if Pte::soft_dirty(old) {
        entry = Pte::swp_mksoft_dirty(entry);
    }
    if Pte::uffd(old) {
        entry = Pte::swp_mkuffd(entry);
    }
    entry
}
