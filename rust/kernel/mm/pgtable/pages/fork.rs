// SPDX-License-Identifier: GPL-2.0

//! A mapping that fork gives to the child too.
//!
//! A page of anonymous memory that may be pinned is not shared: the next write would get a copy,
//! and the pin would stay with the other. A page in the memory of a device cannot be pinned.
//!
//! The reference comes before the mapping is counted, so that at any time a folio has at least as
//! many references as mappings.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{DevicePrivate, NormalLeaf};
use crate::{
    bindings,
    mm::{
        folio::{FolioRef, MappedPage},
        notifier::{All, Unmapped},
        pfnmap::is_cow_mapping,
        pgtable::{frames::Modifiers, Entry, KeptVma, LockedSlot, NonPresent, Pte},
        virt::VmaRef,
    },
    prelude::*,
};
use core::mem::ManuallyDrop;

/// The PTEs for one address in the tables of a parent and of its child, whose locks C holds.
///
/// # Invariants
///
/// - Fork copies the vma of `parent` to that of `child`: both mmap locks are held for writing, and
///   the parent's `write_protect_seq` is odd.
/// - Both entries are for one address, which lies in both vmas. These are not of hugetlb.
pub struct ForkPte<'f> {
    child: LockedSlot<'f, Pte>,
    parent: LockedSlot<'f, Pte>,
}

impl<'f> ForkPte<'f> {
    /// Wraps the entries that C's fork has locked for `addr`, in bytes: vma and entry of each.
    ///
    /// # Safety
    ///
    /// - The type invariants; both locks are held while `'f` lasts, and nothing else uses the entries.
    /// - If a write to the vma makes a copy, an invalidation of `addr` was started, and its TLB entries are
    ///   flushed before the parent may write again.
    #[inline]
    pub unsafe fn from_raw(
        child: (*const bindings::vm_area_struct, *mut bindings::pte_t),
        parent: (*const bindings::vm_area_struct, *mut bindings::pte_t),
        addr: usize,
    ) -> Self {
        let slot = |(vma, ptep), addr| {
            // SAFETY: The vmas, which are not of hugetlb, are alive and locked while `'f` lasts; both
            // locks are held, and nothing else uses the entries.
            unsafe { LockedSlot::from_raw(ptep, VmaRef::from_raw(vma), addr) }
        };
        // INVARIANT: Fork copies the one vma to the other, and both entries are for `addr`.
        Self {
            child: slot(child, addr),
            parent: slot(parent, addr),
        }
    }

    /// Returns the parent's entry if it is not present, and the child's if that is empty.
    // A call passes both slots and the result through memory, for each entry of a fork.
    #[inline(always)]
    fn entries(&mut self) -> Option<(NonPresent<'_, Pte>, &LockedSlot<'f, Pte>)> {
        if !self.child.is_vacant() {
            return None;
        }
        match self.parent.entry() {
            Entry::NonPresent(entry) => Some((entry, &self.child)),
            _ => None,
        }
    }

    /// Takes a page that a device alone may access back for the parent, and maps it in the child too:
    /// old, and writable in neither if a write makes a copy. Returns the page, to be counted for the
    /// child.
    ///
    /// Fails with [`ENOENT`] if the child's entry is left to C: if the page is the parent's again, but
    /// may be pinned, so that the child gets a copy, or is handled by userfaultfd; if the parent's entry
    /// is another; or if the child's is not empty. Fails with [`EBUSY`], and changes nothing, if the
    /// folio is locked: fork holds two page-table locks, so that the folio lock can only be tried. The
    /// caller releases them, waits, and tries again. It has started a notifier range too, which a device
    /// that has the folio locked does not wait for. Fails with [`EINVAL`], and changes nothing, if
    /// `unmapped` does not cover the address: to try again would not help.
    ///
    /// Equivalent to the branch for device-exclusive entries of C's `copy_nonpresent_pte()`.
    #[inline]
    pub fn share_exclusive(&mut self, unmapped: Unmapped<'_, All>) -> Result<MappedPage<'_>> {
        let (entry, child) = self.entries().ok_or(ENOENT)?;
        let entry = entry.exclusive().ok_or(ENOENT)?;
        let Some(folio) = entry.page().try_lock() else {
            entry.trace_restore(EBUSY.to_errno());
            return Err(EBUSY);
        };
        // The lock is that of the page's folio, so that only `unmapped` can be wrong.
        let leaf = entry.restore(&folio, unmapped).ok_or(EINVAL)?;
        drop(folio);
        // INVARIANT: By those of `ForkPte` and `DeviceExclusive`; the child's entry was found empty, and its
        // lock is held.
        Pair { leaf, child }.share().ok_or(ENOENT)
    }

    /// Maps a page in the memory of a device in the child too, writable in neither if a write makes a
    /// copy. Returns the page, to be counted for the child; `None` if the parent's entry is another,
    /// or the child's is not empty.
    ///
    /// It cannot fail: a page in the memory of a device is not pinned. The child does not get the
    /// soft-dirty bit, as in C: checkpoint/restore, which reads it, cannot save what a device holds.
    #[inline]
    #[must_use = "a page that is shared is counted for the child"]
    pub fn share_private(&mut self) -> Option<MappedPage<'_>> {
        let (entry, child) = self.entries()?;
        let entry = entry.private()?;
        let page = entry.page();
        let _reference = ManuallyDrop::new(FolioRef::get_bounded(&page));
        // A page in the memory of a device is counted whatever is returned, which is no failure.
        // SAFETY: By the invariants the page is anonymous, and fork copies the one vma to the other.
        unsafe { try_dup_anon(page, child.vma(), entry.entry.guard.vma()) };
        let pte = share_private(entry, child);
        // SAFETY: The child's entry is empty; reference and mapping were taken for it.
        unsafe { child.set_pte(pte) };
        Some(page)
    }
}

/// A page that the parent maps, and the child's entry for the address.
///
/// # Invariants
///
/// Fork copies the vma of `leaf`, which maps an anonymous page, to that of `child`, which is an empty
/// entry for the same address.
struct Pair<'g> {
    leaf: NormalLeaf<'g>,
    child: &'g LockedSlot<'g, Pte>,
}

impl<'g> Pair<'g> {
    /// Maps the page in the child too. Returns `None`, and changes nothing, for what is left to C: a
    /// page that may be pinned, of which the child gets a copy, and a page that userfaultfd handles,
    /// which C shares with other bits.
    #[inline]
    fn share(self) -> Option<MappedPage<'g>> {
        if Pte::uffd(self.leaf.raw) {
            return None;
        }
        let page = self.leaf.page();
        let reference = FolioRef::get_bounded(&page);
        // SAFETY: By the type invariants the page is anonymous, and fork copies the one vma to the other.
        if !unsafe { try_dup_anon(page, self.child.vma(), self.leaf.slot.vma()) } {
            return None;
        }
        self.install(reference);
        Some(page)
    }

    /// Fills the child's entry, which takes `reference`, and stands for the mapping that was counted.
    #[inline]
    fn install(self, reference: FolioRef) {
        let mut pte = self.leaf.raw;
        if self.protect() {
            pte = Pte::wrprotect(pte);
        }
        // SAFETY: By the type invariant the child's entry is empty; it takes the reference, and the mapping
        // was counted for it.
        unsafe { self.child.set_pte(Pte::mkold(pte)) };
        reference.into_raw();
    }

    /// Takes the right to write from the parent if a write makes a copy, and says whether it had
    /// it.
    #[inline]
    fn protect(&self) -> bool {
        let slot = self.leaf.slot;
        if !is_cow_mapping(slot.vma().flags()) || !self.leaf.writable() {
            return false;
        }
        // SAFETY: By the type invariants the lock of the entry, a leaf, is held.
        unsafe { bindings::ptep_set_wrprotect(slot.mm(), slot.addr().as_raw(), slot.as_ptr()) };
        true
    }
}

/// Counts that the child maps the page, and says whether it may. Equivalent to C's
/// `folio_try_dup_anon_rmap_pte()`.
///
/// # Safety
///
/// The page is anonymous, and fork copies `parent`, the vma of its entry, to `child`.
// Inlined, it is 300 bytes.
#[inline(never)]
unsafe fn try_dup_anon(page: MappedPage<'_>, child: KeptVma<'_>, parent: KeptVma<'_>) -> bool {
    let (to, from) = (child.as_ptr(), parent.as_ptr());
    // SAFETY: The folio is anonymous; by the invariants it is alive, the lock of the entry is held, and
    // fork copies the parent's vma, in which it is.
    unsafe { bindings::folio_try_dup_anon_rmap_pte(page.folio(), page.as_ptr(), to, from) == 0 }
}

/// Takes the right to write away if a write makes a copy, and returns the entry of the child.
#[inline]
fn share_private(private: DevicePrivate<'_>, child: &LockedSlot<'_, Pte>) -> bindings::pte_t {
    let NonPresent { raw, guard } = private.entry;
    let mut pte = raw;
    if private.writable() && is_cow_mapping(child.vma().flags()) {
        pte = private.page().readable_private_pte();
        if Pte::swp_uffd(raw) {
            pte = Pte::swp_mkuffd(pte);
        }
        // SAFETY: The entry is not present, and names the same page.
        unsafe { guard.set_pte(pte) };
    }
    if !child.vma().userfaultfd_protected() {
        pte = Pte::swp_clear_uffd(pte);
    }
    pte
}
