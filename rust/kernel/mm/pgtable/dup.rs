// SPDX-License-Identifier: GPL-2.0

//! A mapping that fork gives to the child too.
//!
//! A page of anonymous memory that may be pinned is not shared: the next write would get a copy,
//! and the pin would stay with the other. A page in the memory of a device cannot be pinned, and a
//! page of a file may be shared by anybody: these cannot fail, and have no result to be ignored.
//!
//! The reference comes before the mapping is counted, so that at any time a folio has at least as
//! many references as mappings.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{
    normal::MaybePinned,
    softleaf::{set_pte, DevicePrivate},
    DeviceExclusive, Entry, LockedSlot, NormalLeaf, Pte, SoftLeaf,
};
use crate::{
    bindings,
    mm::{
        folio::{FolioLock, FolioRef, MappedPage},
        notifier::{All, Unmapped},
        virt::{flags, vm_flags_t, VmaRef},
    },
};
use core::mem::ManuallyDrop;

/// The PTEs for one address in the tables of a parent and of its child, whose locks C holds.
///
/// # Invariants
///
/// - Fork copies the vma of `parent` to that of `child`: both mmap locks are held for writing, and
///   the parent's `write_protect_seq` is odd.
/// - Both entries are for one address. That of `child` is empty: nothing but fork maps anything in a
///   mm that has never run, and fork does so through this value.
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
        // SAFETY: The vmas are alive and locked while `'f` lasts, by the contract of this function.
        let (to, from) = unsafe { (VmaRef::from_raw(child.0), VmaRef::from_raw(parent.0)) };
        // INVARIANT: The contract of this function.
        Self {
            // SAFETY: The contract of this function.
            child: unsafe { LockedSlot::from_raw(child.1, to, addr) },
            // SAFETY: The contract of this function.
            parent: unsafe { LockedSlot::from_raw(parent.1, from, addr) },
        }
    }

    /// Returns what the parent's entry says if it is not present.
    #[inline]
    fn softleaf(&mut self) -> Option<(SoftLeaf<'_>, &LockedSlot<'f, Pte>)> {
        match self.parent.entry() {
            Entry::NonPresent(entry) => Some((entry.softleaf(), &self.child)),
            _ => None,
        }
    }

    /// Returns the parent's entry if it is that of a page that a device alone may access.
    #[inline]
    pub fn exclusive(&mut self) -> Option<ForkExclusive<'_>> {
        match self.softleaf()? {
            (SoftLeaf::DeviceExclusive(entry), child) => Some(ForkExclusive { entry, child }),
            _ => None,
        }
    }

    /// Returns the parent's entry if it is that of a page in the memory of a device.
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
    /// As [`NormalLeaf::uffd()`].
    #[inline]
    pub fn uffd(&self) -> bool {
        match self {
            Self::Anon(AnonLeaf(pair)) | Self::File(FileLeaf(pair)) => pair.leaf.uffd(),
        }
    }
}

/// A page of the parent that is the child's too, and not yet mapped there. It is writable in
/// neither once it is installed, or dropped.
///
/// # Invariants
///
/// One reference to the folio of the page, and one mapping of the page, are the child's.
#[must_use = "the child has to map what was counted for it"]
pub struct Duplicate<'g> {
    pair: Pair<'g>,
    _reference: FolioRef,
}

impl<'g> AnonLeaf<'g> {
    /// Counts a mapping of the page for the child. Fails if the page may be pinned: then the child
    /// has to get a copy. Equivalent to C's `folio_try_dup_anon_rmap_pte()`.
    #[inline]
    pub fn try_dup(self) -> Result<Duplicate<'g>, MaybePinned> {
        let Self(pair) = self;
        let page = pair.leaf.page();
        let reference = FolioRef::get(&page);
        let (child, parent) = (pair.child.vma(), pair.leaf.slot.vma());
        // SAFETY: By the invariants the folio is alive and anonymous, the lock of the entry is held,
        // and fork copies the parent's vma, in which it is.
        let shared = unsafe {
            bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), child, parent)
        };
        if shared != 0 {
            return Err(MaybePinned);
        }
        // INVARIANT: Both were just taken.
        Ok(Duplicate {
            pair,
            _reference: reference,
        })
    }
}

impl<'g> FileLeaf<'g> {
    /// Counts a mapping of the page for the child. Equivalent to C's `folio_dup_file_rmap_pte()`.
    #[inline]
    pub fn dup(self) -> Duplicate<'g> {
        let Self(pair) = self;
        let page = pair.leaf.page();
        let reference = FolioRef::get(&page);
        let child = pair.child.vma();
        // SAFETY: By the invariants the folio is alive and of a file, and the lock is held.
        unsafe { bindings::folio_dup_file_rmap_pte(page.folio(), page.as_ptr(), child) };
        // INVARIANT: Both were just taken.
        Duplicate {
            pair,
            _reference: reference,
        }
    }
}

impl Duplicate<'_> {
    /// Maps the page in the child too: old, clean if the mapping is shared, and writable in neither
    /// if a write makes a copy.
    #[inline]
    pub fn install(self) {
        let mut pte = self.pair.leaf.raw;
        if self.protect() {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_wrprotect(pte) };
        }
        if self.pair.leaf.slot.vm_flags() & flags::SHARED != 0 {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_mkclean(pte) };
        }
        // SAFETY: The function computes a value.
        set_pte(self.pair.child, unsafe { bindings::pte_mkold(pte) });
        // The entry has them now.
        let _ = ManuallyDrop::new(self);
    }

    /// Takes the right to write from the parent if a write makes a copy, and says whether it had
    /// it.
    #[inline]
    fn protect(&self) -> bool {
        let slot = &self.pair.leaf.slot;
        if !is_cow_mapping(slot.vm_flags()) || !self.pair.leaf.writable() {
            return false;
        }
        // SAFETY: By the type invariants the lock of the entry, a leaf, is held.
        unsafe { bindings::ptep_set_wrprotect(slot.mm(), slot.addr().as_raw(), slot.as_ptr()) };
        true
    }
}

impl Drop for Duplicate<'_> {
    fn drop(&mut self) {
        // The page is no longer marked as this process's alone.
        self.protect();
        let page = self.pair.leaf.page();
        let (folio, page, child) = (page.folio(), page.as_ptr(), self.pair.child.vma());
        // SAFETY: By the type invariant a mapping is the child's. The reference goes after it.
        unsafe { bindings::folio_remove_rmap_pte(folio, page, child) };
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
    /// The child does not get the soft-dirty bit, as in C: whoever looks for it cannot save what a
    /// device holds.
    #[inline]
    pub fn dup(self) {
        let page = self.page();
        let _reference = ManuallyDrop::new(FolioRef::get(&page));
        let (to, from) = (self.child.vma(), self.entry.entry.guard.vma());
        // SAFETY: By the invariants the folio is alive and the lock of the entry is held. A page in
        // the memory of a device is counted whatever is returned, which is no failure.
        unsafe { bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), to, from) };
        let pte = self.shared(&page);
        set_pte(self.child, pte);
    }

    /// Takes the right to write from the parent's entry, and returns the child's.
    #[inline]
    fn shared(&self, page: &MappedPage<'_>) -> bindings::pte_t {
        let entry = &self.entry.entry;
        let (mut pte, child) = (entry.raw, self.child);
        // SAFETY: The functions compute a value, of a page and a vma that are alive.
        unsafe {
            if self.entry.writable && is_cow_mapping(child.vm_flags()) {
                pte = bindings::make_readable_device_private_pte(page.as_ptr());
                if entry.uffd() {
                    pte = bindings::pte_swp_mkuffd(pte);
                }
                set_pte(entry.guard, pte);
            }
            if !bindings::userfaultfd_protected(child.vma()) {
                pte = bindings::pte_swp_clear_uffd(pte);
            }
        }
        pte
    }
}

#[inline]
fn is_cow_mapping(vm_flags: vm_flags_t) -> bool {
    vm_flags & (flags::SHARED | flags::MAYWRITE) == flags::MAYWRITE
}
