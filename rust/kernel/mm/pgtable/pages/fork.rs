// SPDX-License-Identifier: GPL-2.0

//! A mapping that fork gives to the child too.
//!
//! A page of anonymous memory that may be pinned is not shared: the next write would get a copy,
//! and the pin would stay with the other. A page in the memory of a device cannot be pinned, and a
//! page of a file may always be shared: these cannot fail, and have no result to be ignored.
//!
//! The reference comes before the mapping is counted, so that at any time a folio has at least as
//! many references as mappings.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{DeviceExclusive, DevicePrivate, MaybePinned, NormalLeaf, SoftLeaf};
use crate::{
    bindings,
    error::code::EBUSY,
    mm::{
        folio::{FolioLock, FolioRef, MappedPage},
        notifier::{All, Unmapped},
        pfnmap::is_cow_mapping,
        pgtable::{frames::Modifiers, Entry, LockedSlot, Pte},
        virt::{flags, VmaRef},
    },
};
use core::mem::ManuallyDrop;

/// The PTEs for one address in the tables of a parent and of its child, whose locks C holds.
///
/// # Invariants
///
/// - Fork copies the vma of `parent` to that of `child`: both mmap locks are held for writing, and
///   the parent's `write_protect_seq` is odd.
/// - Both entries are for one address.
pub struct ForkPte<'f> {
    child: LockedSlot<'f, Pte>,
    parent: LockedSlot<'f, Pte>,
}

impl<'f> ForkPte<'f> {
    /// Takes the entries that C's fork has locked for `addr`, in bytes: vma and entry of each.
    ///
    /// # Safety
    ///
    /// The type invariants; both locks are held while `'f` lasts, and nothing else uses the entries.
    #[inline]
    pub unsafe fn from_raw(
        child: (*const bindings::vm_area_struct, *mut bindings::pte_t),
        parent: (*const bindings::vm_area_struct, *mut bindings::pte_t),
        addr: usize,
    ) -> Self {
        let slot = |(vma, ptep), addr| {
            // SAFETY: The vmas are alive and locked while `'f` lasts; both locks are held, and nothing
            // else uses the entries.
            unsafe { LockedSlot::from_raw(ptep, VmaRef::from_raw(vma), addr) }
        };
        // INVARIANT: Fork copies the one vma to the other, and both entries are for `addr`.
        Self {
            child: slot(child, addr),
            parent: slot(parent, addr),
        }
    }

    /// Returns what the parent's entry says if it is not present, and the child's if that is empty.
    #[inline]
    fn softleaf(&mut self) -> Option<(SoftLeaf<'_>, &LockedSlot<'f, Pte>)> {
        if !self.child.is_vacant() {
            return None;
        }
        match self.parent.entry() {
            Entry::NonPresent(entry) => Some((entry.softleaf(), &self.child)),
            _ => None,
        }
    }

    /// Returns the parent's entry if it is that of a page that a device alone may access, and the
    /// child's is empty.
    #[inline]
    pub fn exclusive(&mut self) -> Option<ForkExclusive<'_>> {
        match self.softleaf()? {
            (SoftLeaf::DeviceExclusive(entry), child) => Some(ForkExclusive { entry, child }),
            _ => None,
        }
    }

    /// Returns the parent's entry if it is that of a page in the memory of a device, and the child's
    /// is empty.
    #[inline]
    pub fn private(&mut self) -> Option<ForkPrivate<'_>> {
        match self.softleaf()? {
            (SoftLeaf::DevicePrivate(entry), child) => Some(ForkPrivate { entry, child }),
            _ => None,
        }
    }
}

/// The parent's entry for a page that a device alone may access, and the child's empty one.
pub struct ForkExclusive<'g> {
    entry: DeviceExclusive<'g>,
    child: &'g LockedSlot<'g, Pte>,
}

impl<'g> ForkExclusive<'g> {
    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        self.entry.page()
    }

    /// Traces that fork has to wait for the folio.
    #[inline]
    pub fn trace_busy(&self) {
        self.entry.trace_restore(EBUSY.to_errno());
    }

    /// Takes the page back for the parent. Fails as [`DeviceExclusive::restore()`].
    #[inline]
    pub fn restore(
        self,
        folio: &FolioLock<'_>,
        unmapped: Unmapped<'_, All>,
    ) -> Option<ForkLeaf<'g>> {
        let leaf = self.entry.restore(folio, unmapped)?;
        let pair = Pair {
            leaf,
            child: self.child,
        };
        Some(if pair.leaf.page().is_anon() {
            ForkLeaf::Anon(AnonLeaf(pair))
        } else {
            ForkLeaf::File(FileLeaf(pair))
        })
    }
}

/// A page that the parent maps, and the child's empty entry for the address.
struct Pair<'g> {
    leaf: NormalLeaf<'g>,
    child: &'g LockedSlot<'g, Pte>,
}

/// What a page of the parent is to fork. Equivalent to C's `folio_test_anon()`.
pub enum ForkLeaf<'g> {
    /// Anonymous memory, which may be pinned.
    Anon(AnonLeaf<'g>),
    /// A page of a file.
    File(FileLeaf<'g>),
}

/// A [`NormalLeaf`] of anonymous memory, in the parent.
pub struct AnonLeaf<'g>(Pair<'g>);

/// A [`NormalLeaf`] of a file, in the parent.
pub struct FileLeaf<'g>(Pair<'g>);

impl<'g> ForkLeaf<'g> {
    /// Whether userfaultfd handles an access or a write. Equivalent to C's `pte_uffd()`.
    #[inline]
    pub fn uffd(&self) -> bool {
        match self {
            Self::Anon(AnonLeaf(pair)) | Self::File(FileLeaf(pair)) => Pte::uffd(pair.leaf.raw),
        }
    }
}

impl AnonLeaf<'_> {
    /// Maps the page in the child too: old, and writable in neither if a write makes a copy. Fails,
    /// and changes nothing, if the page may be pinned: then the child has to get a copy. Equivalent to
    /// C's `folio_try_dup_anon_rmap_pte()`, and what follows it at fork.
    #[inline]
    pub fn try_share(self) -> Result<(), MaybePinned> {
        let Self(pair) = self;
        let page = pair.leaf.page();
        let reference = FolioRef::get_bounded(&page);
        let (child, parent) = (pair.child.vma(), pair.leaf.slot.vma());
        // SAFETY: By the invariants the folio is alive and anonymous, the lock of the entry is held,
        // and fork copies the parent's vma, in which it is.
        let shared = unsafe {
            bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), child, parent)
        };
        if shared != 0 {
            return Err(MaybePinned);
        }
        pair.install(reference);
        Ok(())
    }
}

impl FileLeaf<'_> {
    /// As [`AnonLeaf::try_share()`], of a page that cannot be pinned for this process alone.
    /// Equivalent to C's `folio_dup_file_rmap_pte()`.
    #[inline]
    pub fn share(self) {
        let Self(pair) = self;
        let page = pair.leaf.page();
        let reference = FolioRef::get_bounded(&page);
        let child = pair.child.vma();
        // SAFETY: By the invariants the folio is alive and of a file, and the lock is held.
        unsafe { bindings::folio_dup_file_rmap_pte(page.folio(), page.as_ptr(), child) };
        pair.install(reference);
    }
}

impl Pair<'_> {
    /// Maps the page in the child too: old, clean if the mapping is shared, and writable in neither
    /// if a write makes a copy. The child's entry takes `reference`, and stands for the mapping that
    /// was counted.
    #[inline]
    fn install(self, reference: FolioRef) {
        let mut pte = self.leaf.raw;
        if self.protect() {
            pte = Pte::wrprotect(pte);
        }
        if self.leaf.slot.vm_flags() & flags::SHARED != 0 {
            pte = Pte::mkclean(pte);
        }
        self.child.set_pte(Pte::mkold(pte));
        reference.into_raw();
    }

    /// Takes the right to write from the parent if a write makes a copy, and says whether it had
    /// it.
    #[inline]
    fn protect(&self) -> bool {
        let slot = &self.leaf.slot;
        if !is_cow_mapping(slot.vm_flags()) || !self.leaf.writable() {
            return false;
        }
        // SAFETY: By the type invariants the lock of the entry, a leaf, is held.
        unsafe { bindings::ptep_set_wrprotect(slot.mm(), slot.addr().as_raw(), slot.as_ptr()) };
        true
    }
}

/// The parent's entry for a page in the memory of a device, and the child's empty one.
pub struct ForkPrivate<'g> {
    entry: DevicePrivate<'g>,
    child: &'g LockedSlot<'g, Pte>,
}

impl<'g> ForkPrivate<'g> {
    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        self.entry.page()
    }

    /// Maps the page in the child too, writable in neither if a write makes a copy. It cannot fail:
    /// a page in the memory of a device is not pinned.
    ///
    /// The child does not get the soft-dirty bit, as in C: checkpoint/restore, which reads it, cannot save
    /// what a device holds.
    #[inline]
    pub fn share(self) {
        let page = self.page();
        let _reference = ManuallyDrop::new(FolioRef::get_bounded(&page));
        let (to, from) = (self.child.vma(), self.entry.entry.guard.vma());
        // SAFETY: By the invariants the folio is alive and the lock of the entry is held. A page in
        // the memory of a device is counted whatever is returned, which is no failure.
        unsafe { bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), to, from) };
        let pte = self.shared_pte(&page);
        self.child.set_pte(pte);
    }

    /// Takes the right to write from the parent's entry, and returns the child's.
    #[inline]
    fn shared_pte(&self, page: &MappedPage<'_>) -> bindings::pte_t {
        let entry = &self.entry.entry;
        let (mut pte, child) = (entry.raw, self.child);
        if self.entry.writable() && is_cow_mapping(child.vm_flags()) {
            pte = page.readable_private_pte();
            if Pte::swp_uffd(entry.raw) {
                pte = Pte::swp_mkuffd(pte);
            }
            entry.guard.set_pte(pte);
        }
        // SAFETY: By the type invariants the vma of the child is alive.
        if !unsafe { bindings::userfaultfd_protected(child.vma()) } {
            pte = Pte::swp_clear_uffd(pte);
        }
        pte
    }
}
