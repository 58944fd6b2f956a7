// SPDX-License-Identifier: GPL-2.0

//! A mapping that fork gives to the child too.
//!
//! A page of anonymous memory that may be pinned is not shared: who writes next would get a copy,
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
    LockedSlot, NormalLeaf, Pte, Vacant,
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

    /// Whether `child` is the entry in the child's vma for the address of `parent` in the parent's.
    #[inline]
    fn is_copy_of(&self, parent: &LockedSlot<'_, Pte>, child: &LockedSlot<'_, Pte>) -> bool {
        parent.addr() == child.addr()
            && parent.mm() == self.parent.mm().as_raw()
            && child.mm() == self.child.mm().as_raw()
    }
}

/// What a page is to fork.
pub enum ForkLeaf<'g> {
    /// Anonymous memory, which may be pinned.
    Anon(AnonLeaf<'g>),
    /// A page of a file.
    File(FileLeaf<'g>),
}

/// A [`NormalLeaf`] of anonymous memory, in the parent's vma.
pub struct AnonLeaf<'g>(NormalLeaf<'g>, Fork<'g>);

/// A [`NormalLeaf`] of a file, in the parent's vma.
pub struct FileLeaf<'g>(NormalLeaf<'g>, Fork<'g>);

impl<'g> NormalLeaf<'g> {
    /// Says what the page is to fork, or nothing if it is not in the parent's vma. Equivalent to
    /// C's `folio_test_anon()`.
    #[inline]
    pub fn for_fork(self, fork: &Fork<'g>) -> Option<ForkLeaf<'g>> {
        if self.vma.as_ptr() != fork.parent.as_ptr() {
            return None;
        }
        Some(if self.page().is_anon() {
            ForkLeaf::Anon(AnonLeaf(self, *fork))
        } else {
            ForkLeaf::File(FileLeaf(self, *fork))
        })
    }
}

/// A page of the parent that is the child's too, and not yet mapped there. It is writable in
/// neither once it is installed, or dropped.
///
/// # Invariants
///
/// Having one tells you that one reference to the folio of `leaf`, and one mapping of its page, are
/// the child's.
#[must_use = "the child has to map what was counted for it"]
pub struct Duplicate<'g> {
    leaf: NormalLeaf<'g>,
    fork: Fork<'g>,
    _reference: FolioRef,
}

impl<'g> AnonLeaf<'g> {
    /// Counts the child as one who maps the page, or fails if somebody may have pinned it: then the
    /// child has to get a copy. Equivalent to C's `folio_try_dup_anon_rmap_pte()`.
    #[inline]
    pub fn try_dup(self) -> Result<Duplicate<'g>, MaybePinned> {
        let Self(leaf, fork) = self;
        let page = leaf.page();
        let reference = FolioRef::get(&page);
        let (child, parent) = (fork.child.as_ptr(), fork.parent.as_ptr());
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
            leaf,
            fork,
            _reference: reference,
        })
    }
}

impl<'g> FileLeaf<'g> {
    /// Counts the child as one who maps the page. Equivalent to C's `folio_dup_file_rmap_pte()`.
    #[inline]
    pub fn dup(self) -> Duplicate<'g> {
        let Self(leaf, fork) = self;
        let page = leaf.page();
        let reference = FolioRef::get(&page);
        let child = fork.child.as_ptr();
        // SAFETY: By the invariants the folio is alive and of a file, and the lock is held.
        unsafe { bindings::folio_dup_file_rmap_pte(page.folio(), page.as_ptr(), child) };
        // INVARIANT: Both were just taken.
        Duplicate {
            leaf,
            fork,
            _reference: reference,
        }
    }
}

impl Duplicate<'_> {
    /// Maps the page in the child too: old, clean if the mapping is shared, and writable in neither
    /// if a write makes a copy. Nothing is mapped, and nothing counted any more, if `child` is not
    /// the entry for the address in the child.
    #[inline]
    pub fn install(self, child: Vacant<'_, Pte>) {
        if !self.fork.is_copy_of(&self.leaf.slot, child.guard) {
            return;
        }
        let mut pte = self.leaf.raw;
        if self.protect() {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_wrprotect(pte) };
        }
        if self.fork.parent.flags() & flags::SHARED != 0 {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_mkclean(pte) };
        }
        // SAFETY: The function computes a value.
        set_pte(child.guard, unsafe { bindings::pte_mkold(pte) });
        // The entry has them now.
        let _ = ManuallyDrop::new(self);
    }

    /// Takes the right to write from the parent if a write makes a copy, and says whether it had
    /// it.
    #[inline]
    fn protect(&self) -> bool {
        let slot = &self.leaf.slot;
        if !self.fork.parent.is_cow_mapping() || !self.leaf.writable() {
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
        let (folio, page) = (self.leaf.page().folio(), self.leaf.page().as_ptr());
        // SAFETY: By the type invariant a mapping is the child's. The reference goes after it.
        unsafe { bindings::folio_remove_rmap_pte(folio, page, self.fork.child.as_ptr()) };
    }
}

impl<'g> DevicePrivate<'g> {
    /// Maps the page in the child too, writable in neither if a write makes a copy. It cannot fail:
    /// a page in the memory of a device is not pinned. Nothing is done if the two are not the
    /// entries for one address in parent and child.
    ///
    /// The soft-dirty bit stays behind, as C has it: who looks for it cannot save what a device
    /// holds.
    #[inline]
    pub fn dup(self, child: Vacant<'_, Pte>, fork: &Fork<'_>) {
        if !fork.is_copy_of(self.entry.guard, child.guard) {
            return;
        }
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
