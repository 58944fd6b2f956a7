// SPDX-License-Identifier: GPL-2.0

//! What a PTE says that no hardware walks.
//!
//! Every kind is an arm of one enum, so that a walker that forgot one does not compile. In C nine
//! walkers once forgot the device-exclusive one.
//!
//! C header: [`include/linux/leafops.h`](srctree/include/linux/leafops.h)

use super::{entry::NonPresent, LockedSlot, NormalLeaf, Pte, SlotGuard};
use crate::{
    bindings,
    mm::{
        folio::{FolioLock, MappedPage},
        notifier::{All, Unmapped},
        virt::flags,
    },
};
use core::ptr::NonNull;

/// What a PTE that is not present says. Equivalent to C's `enum softleaf_type`.
///
/// # Examples
///
/// ```
/// use kernel::mm::pgtable::SoftLeaf;
///
/// /// Whether the page is in memory, and owned by the entry.
/// fn maps_memory(softleaf: &SoftLeaf<'_>) -> bool {
///     match softleaf {
///         SoftLeaf::DeviceExclusive(_) | SoftLeaf::DevicePrivate(_) => true,
///         SoftLeaf::Swap | SoftLeaf::Migration | SoftLeaf::Hwpoison => false,
///         SoftLeaf::Marker | SoftLeaf::Bad => false,
///     }
/// }
/// ```
#[must_use = "an entry is read to be looked at"]
pub enum SoftLeaf<'g> {
    /// The page is in swap.
    Swap,
    /// The page is being moved: wait for the lock of its folio.
    Migration,
    /// The page is in the memory of a device, which the CPU cannot access.
    DevicePrivate(DevicePrivate<'g>),
    /// The page is in memory, and a device alone may access it.
    DeviceExclusive(DeviceExclusive<'g>),
    /// The page is broken.
    Hwpoison,
    /// No page: something that has to outlive what was mapped.
    Marker,
    /// No entry that this kernel writes.
    Bad,
}

impl<'g> NonPresent<'g, Pte> {
    /// Says what it is. Equivalent to C's `softleaf_from_pte()` and `softleaf_type()`.
    #[inline]
    pub fn softleaf(self) -> SoftLeaf<'g> {
        // SAFETY: The function looks at the bits of the value alone.
        match unsafe { bindings::pte_softleaf_type(self.raw) } {
            bindings::softleaf_type_SOFTLEAF_SWAP => SoftLeaf::Swap,
            bindings::softleaf_type_SOFTLEAF_MIGRATION_READ
            | bindings::softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE
            | bindings::softleaf_type_SOFTLEAF_MIGRATION_WRITE => SoftLeaf::Migration,
            bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ => {
                SoftLeaf::DevicePrivate(DevicePrivate::new(self, false))
            }
            bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE => {
                SoftLeaf::DevicePrivate(DevicePrivate::new(self, true))
            }
            bindings::softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE => {
                // SAFETY: It is of a kind that does.
                let page = unsafe { self.page() };
                // INVARIANT: It is the kind.
                SoftLeaf::DeviceExclusive(DeviceExclusive { entry: self, page })
            }
            bindings::softleaf_type_SOFTLEAF_HWPOISON => SoftLeaf::Hwpoison,
            bindings::softleaf_type_SOFTLEAF_MARKER => SoftLeaf::Marker,
            _ => SoftLeaf::Bad,
        }
    }

    /// Whether the entry has the soft-dirty bit. Equivalent to C's `pte_swp_soft_dirty()`.
    #[inline]
    pub fn soft_dirty(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_swp_soft_dirty(self.raw) }
    }

    /// Whether the entry has the bit of userfaultfd. Equivalent to C's `pte_swp_uffd()`.
    #[inline]
    pub fn uffd(&self) -> bool {
        // SAFETY: The function looks at the bits of the value alone.
        unsafe { bindings::pte_swp_uffd(self.raw) }
    }

    /// The page that the entry names.
    ///
    /// # Safety
    ///
    /// It is of a kind that owns a reference to a page, which that of a page being moved does not.
    #[inline]
    unsafe fn page(&self) -> MappedPage<'g> {
        // SAFETY: The contract of this function; there is a `struct page` for it.
        let page = unsafe { NonNull::new_unchecked(bindings::pte_softleaf_page(self.raw)) };
        // SAFETY: The contract of this function; the lock is held while `'g` lasts.
        unsafe { MappedPage::new(page) }
    }
}

/// An entry for a page that a device alone may access. It counts as a mapping of the page, and owns
/// a reference to it. Equivalent to C's `softleaf_is_device_exclusive()`.
///
/// # Invariants
///
/// The entry was of this kind, and named `page`, when read under its lock, which is held while `'g`
/// lasts.
pub struct DeviceExclusive<'g> {
    entry: NonPresent<'g, Pte>,
    page: MappedPage<'g>,
}

impl<'g> DeviceExclusive<'g> {
    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        self.page
    }

    /// Makes the entry map its page again. Returns nothing, and changes nothing, if `folio` is not
    /// that of the page, or `unmapped` does not cover the address.
    ///
    /// The device has let go of the page, as `unmapped` says. The lock of the folio lets the device
    /// map the page before a CPU takes it back: a CPU and a device that both want it take turns. It
    /// does not keep the entry from being zapped.
    ///
    /// The soft-dirty bit and that of userfaultfd come back, the accessed bit does not. It may be
    /// written only where the vma and the page let it, and is dirty then if the folio is. The
    /// reference, and the count of mappings, become those of the mapping.
    ///
    /// Equivalent to C's `restore_exclusive_pte()`.
    // Its two callers know most of what it asks: a call costs 50 instructions more on x86_64.
    #[inline(always)]
    pub fn restore(
        self,
        folio: &FolioLock<'_>,
        unmapped: Unmapped<'_, All>,
    ) -> Option<NormalLeaf<'g>> {
        let (slot, page) = (self.entry.guard, self.page);
        if !folio.is_of(&page) || !unmapped.covers(slot) {
            return None;
        }
        let pte = self.mapping(folio);
        set_pte(slot, pte);
        slot.update_mmu_cache();
        // SAFETY: It was just made so.
        Some(unsafe { NormalLeaf::new(slot.reborrow(), pte, page) })
    }

    /// Returns what maps the page as the entry and its vma say.
    #[inline(always)]
    fn mapping(&self, folio: &FolioLock<'_>) -> bindings::pte_t {
        let vma = self.entry.guard.vma();
        // SAFETY: The vma is alive.
        let prot = unsafe { bindings::vma_page_prot(vma) };
        // SAFETY: The page is alive, and the functions compute a value.
        let mut pte = unsafe { bindings::pte_mkold(bindings::mk_pte(self.page.as_ptr(), prot)) };
        if self.entry.soft_dirty() {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_mksoft_dirty(pte) };
        }
        if self.entry.uffd() {
            // SAFETY: The functions compute a value; the vma is alive.
            pte = unsafe { bindings::pte_protect_rwp(bindings::pte_mkuffd(pte), vma) };
        }
        let addr = self.entry.guard.addr().as_raw();
        if self.entry.guard.vm_flags() & flags::WRITE == 0
            // SAFETY: The lock of the entry is held, so that the page stays what it is.
            || !unsafe { bindings::can_change_pte_writable(vma, addr, pte) }
        {
            return pte;
        }
        if folio.dirty() {
            // SAFETY: The function computes a value.
            pte = unsafe { bindings::pte_mkdirty(pte) };
        }
        // SAFETY: The function computes a value; the vma is alive.
        unsafe { bindings::pte_mkwrite(pte, vma) }
    }
}

/// The value that a device-exclusive entry had when it was read without its lock. Equivalent
/// to C's `vmf->orig_pte`.
///
/// # Invariants
///
/// The value is of the kind, and names `page`. Whether an entry has it still,
/// [`SlotGuard::still()`] says.
#[derive(Clone, Copy)]
pub struct SeenExclusive {
    pte: bindings::pte_t,
    page: NonNull<bindings::page>,
}

impl SeenExclusive {
    /// Takes a value that C has looked at.
    ///
    /// # Safety
    ///
    /// `softleaf_is_device_exclusive()` holds of it, and `softleaf_to_page()` of it is `page`.
    #[inline]
    pub unsafe fn from_raw(pte: bindings::pte_t, page: *mut bindings::page) -> Self {
        // INVARIANT: The contract of this function.
        Self {
            pte,
            // SAFETY: A page has an address.
            page: unsafe { NonNull::new_unchecked(page) },
        }
    }
}

impl<'t> SlotGuard<'t, Pte> {
    /// Returns the entry if it has the value that was seen. Equivalent to C's `pte_same()`.
    #[inline]
    pub fn still(&mut self, seen: SeenExclusive) -> Option<DeviceExclusive<'_>> {
        let raw = self.slot().read();
        // SAFETY: The function compares two values.
        if !unsafe { bindings::pte_same(raw, seen.pte) } {
            return None;
        }
        // SAFETY: It is of a kind that owns a reference, and its lock is held.
        let page = unsafe { MappedPage::new(seen.page) };
        // INVARIANT: By the invariant of `seen` it is of the kind, and names the page.
        let entry = NonPresent::new(self.slot(), raw);
        Some(DeviceExclusive { entry, page })
    }
}

/// An entry for a page in the memory of a device. It counts as a mapping of the page, and owns a
/// reference to it. Equivalent to C's `softleaf_is_device_private()`.
///
/// # Invariants
///
/// The entry was of this kind when read under its lock, which is held while `'g` lasts, and
/// `writable` says which of both.
pub struct DevicePrivate<'g> {
    pub(super) entry: NonPresent<'g, Pte>,
    pub(super) writable: bool,
}

impl<'g> DevicePrivate<'g> {
    #[inline]
    fn new(entry: NonPresent<'g, Pte>, writable: bool) -> Self {
        // INVARIANT: The one caller has asked for the kind.
        Self { entry, writable }
    }

    /// Returns the page.
    #[inline]
    pub fn page(&self) -> MappedPage<'g> {
        // SAFETY: By the type invariant it is of the kind.
        unsafe { self.entry.page() }
    }

    /// Whether it may be written once it is back. Equivalent to C's
    /// `softleaf_is_device_private_write()`.
    #[inline]
    pub fn writable(&self) -> bool {
        self.writable
    }
}

/// Writes an entry of which the caller is the only one to know what it may become.
#[inline]
pub(super) fn set_pte(slot: &LockedSlot<'_, Pte>, pte: bindings::pte_t) {
    let addr = slot.addr().as_raw();
    // SAFETY: By its invariant the lock of the entry is held; every caller is in this module tree and
    // has cleared the entry, or found it not present.
    unsafe { bindings::set_pte_at(slot.mm(), addr, slot.as_ptr(), pte) };
}
