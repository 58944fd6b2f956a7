// SPDX-License-Identifier: GPL-2.0

//! A mapping that fork gives to the child too.
//!
//! A page of anonymous memory that may be pinned is not shared: who writes next would get a copy, and
//! the pin would stay with the other. A page in the memory of a device cannot be pinned, and a page of
//! a file may be shared by anybody: these cannot fail, and have no result to be ignored.
//!
//! The reference comes before the mapping is counted, so that at any time a folio has at least as many
//! references as mappings.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{
    normal::MaybePinned,
    softleaf::{set_pte, DevicePrivate},
    NormalLeaf, Pte, Vacant,
};
use crate::{
    bindings,
    mm::{
        folio::{FolioRef, MappedPage},
        virt::{flags, VmaRef},
    },
};
use core::mem::ManuallyDrop;

/// A vma of a parent and its copy in the child.
///
/// # Invariants
///
/// Having one tells you that fork copies `parent` to `child`: both mmap locks are held for writing,
/// and the parent's `write_protect_seq` is odd.
#[derive(Clone, Copy)]
pub struct Fork<'f> {
    child: &'f VmaRef,
    parent: &'f VmaRef,
}

impl<'f> Fork<'f> {
    /// Takes what fork works on.
    ///
    /// # Safety
    ///
    /// The type invariant.
    #[inline]
    pub unsafe fn from_raw(
        child: *const bindings::vm_area_struct,
        parent: *const bindings::vm_area_struct,
    ) -> Self {
        // INVARIANT: The contract of this function.
        Self {
            // SAFETY: The contract of this function.
            child: unsafe { VmaRef::from_raw(child) },
            // SAFETY: The contract of this function.
            parent: unsafe { VmaRef::from_raw(parent) },
        }
    }

    /// Returns the parent's vma.
    #[inline]
    pub fn parent(&self) -> &'f VmaRef {
        self.parent
    }

    /// Returns the child's vma.
    #[inline]
    pub fn child(&self) -> &'f VmaRef {
        self.child
    }

    /// Whether userfaultfd watches writes, or all accesses, in either.
    #[inline]
    pub fn protected_by_uffd(&self) -> bool {
        // SAFETY: Both vmas are alive.
        unsafe {
            bindings::userfaultfd_protected(self.parent.as_ptr())
                || bindings::userfaultfd_protected(self.child.as_ptr())
        }
    }
}

/// What a page is to fork.
pub enum ForkLeaf<'g> {
    /// Anonymous memory, which may be pinned.
    Anon(AnonLeaf<'g>),
    /// A page of a file.
    File(FileLeaf<'g>),
}

/// A [`NormalLeaf`] of anonymous memory.
pub struct AnonLeaf<'g>(NormalLeaf<'g>);

/// A [`NormalLeaf`] of a file.
pub struct FileLeaf<'g>(NormalLeaf<'g>);

impl<'g> NormalLeaf<'g> {
    /// Says what the page is to fork. C twin: `folio_test_anon()`.
    #[inline]
    pub fn for_fork(self) -> ForkLeaf<'g> {
        if self.page().is_anon() {
            ForkLeaf::Anon(AnonLeaf(self))
        } else {
            ForkLeaf::File(FileLeaf(self))
        }
    }
}

/// A mapping of the child that is counted, and not yet made.
///
/// # Invariants
///
/// Having one tells you that one reference to the folio of `page`, and one mapping of `page`, are the
/// child's.
struct Counted<'g> {
    page: MappedPage<'g>,
    _reference: FolioRef,
    child: &'g VmaRef,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        let (folio, page) = (self.page.folio(), self.page.as_ptr());
        // SAFETY: By the type invariant a mapping is the child's. The reference goes after it.
        unsafe { bindings::folio_remove_rmap_pte(folio, page, self.child.as_ptr()) };
    }
}

/// A page of the parent that is the child's too. It is writable in neither once it is installed.
#[must_use = "the child has to map what was counted for it"]
pub struct Duplicate<'g> {
    leaf: NormalLeaf<'g>,
    counted: Counted<'g>,
}

impl<'g> AnonLeaf<'g> {
    /// Counts the child as one who maps the page, or fails if somebody may have pinned it: then the
    /// child has to get a copy. C twin: `folio_try_dup_anon_rmap_pte()`.
    #[inline]
    pub fn try_dup(self, fork: &Fork<'g>) -> Result<Duplicate<'g>, MaybePinned> {
        let page = self.0.page();
        let reference = FolioRef::get(&page);
        let (child, parent) = (fork.child.as_ptr(), fork.parent.as_ptr());
        // SAFETY: By the invariants the folio is alive and anonymous, the lock of the entry is held,
        // and fork copies the parent's vma.
        let shared = unsafe {
            bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), child, parent)
        };
        if shared != 0 {
            return Err(MaybePinned);
        }
        // INVARIANT: Both were just taken.
        Ok(Duplicate::new(self.0, reference, fork))
    }
}

impl<'g> FileLeaf<'g> {
    /// Counts the child as one who maps the page. C twin: `folio_dup_file_rmap_pte()`.
    #[inline]
    pub fn dup(self, fork: &Fork<'g>) -> Duplicate<'g> {
        let page = self.0.page();
        let reference = FolioRef::get(&page);
        let child = fork.child.as_ptr();
        // SAFETY: By the invariants the folio is alive and of a file, and the lock is held.
        unsafe { bindings::folio_dup_file_rmap_pte(page.folio(), page.as_ptr(), child) };
        Duplicate::new(self.0, reference, fork)
    }
}

impl<'g> Duplicate<'g> {
    #[inline]
    fn new(leaf: NormalLeaf<'g>, reference: FolioRef, fork: &Fork<'g>) -> Self {
        let counted = Counted {
            page: leaf.page(),
            _reference: reference,
            child: fork.child,
        };
        Self { leaf, counted }
    }

    /// Maps the page in the child too: old, clean if the mapping is shared, and writable in neither
    /// if a write makes a copy.
    #[inline]
    pub fn install(self, child: Vacant<'_, Pte>) {
        let slot = &self.leaf.slot;
        let mut pte = self.leaf.raw;
        let parent = self.leaf.vma;
        // SAFETY: The functions compute a value; the lock of the parent's entry, a leaf, is held.
        unsafe {
            if parent.is_cow_mapping() && self.leaf.writable() {
                bindings::ptep_set_wrprotect(slot.mm(), slot.addr().as_raw(), slot.as_ptr());
                pte = bindings::pte_wrprotect(pte);
            }
            if parent.flags() & flags::SHARED != 0 {
                pte = bindings::pte_mkclean(pte);
            }
            pte = bindings::pte_mkold(pte);
        }
        set_pte(child.guard, pte);
        // The entry has them now.
        let _ = ManuallyDrop::new(self.counted);
    }
}

impl<'g> DevicePrivate<'g> {
    /// Maps the page in the child too, writable in neither if a write makes a copy. It cannot fail: a
    /// page in the memory of a device is not pinned.
    ///
    /// The soft-dirty bit stays behind, as C has it: who looks for it cannot save what a device holds.
    #[inline]
    pub fn dup(self, child: Vacant<'_, Pte>, fork: &Fork<'_>) {
        let page = self.page();
        let _reference = ManuallyDrop::new(FolioRef::get(&page));
        let (to, from) = (fork.child.as_ptr(), fork.parent.as_ptr());
        // SAFETY: By the invariants the folio is alive and the lock of the entry is held. A page in
        // the memory of a device is counted whatever is returned, which is no failure.
        unsafe { bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), to, from) };
        let pte = self.shared(&page, fork);
        set_pte(child.guard, pte);
    }

    /// Takes the right to write from the parent's entry, and returns the child's.
    #[inline]
    fn shared(&self, page: &MappedPage<'_>, fork: &Fork<'_>) -> bindings::pte_t {
        let (slot, mut pte) = (self.entry.guard, self.entry.raw);
        // SAFETY: The functions compute a value, of a page and a vma that are alive.
        unsafe {
            if self.writable && fork.child.is_cow_mapping() {
                pte = bindings::make_readable_device_private_pte(page.as_ptr());
                if self.entry.uffd() {
                    pte = bindings::pte_swp_mkuffd(pte);
                }
                set_pte(slot, pte);
            }
            if !bindings::userfaultfd_protected(fork.child.as_ptr()) {
                pte = bindings::pte_swp_clear_uffd(pte);
            }
        }
        pte
    }
}
