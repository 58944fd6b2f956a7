// SPDX-License-Identifier: GPL-2.0

//! PTEs that are not present.
//!
//! Every kind is an arm of one enum, so that a walker that forgot one does not compile. In C nine
//! walkers once forgot the device-exclusive one.
//!
//! C header: [`include/linux/leafops.h`](srctree/include/linux/leafops.h)

use super::{NormalLeaf, PteBits};
use crate::{
    bindings,
    ffi::c_int,
    mm::{
        folio::{FolioLock, MappedPage},
        notifier::{All, Unmapped},
        pgtable::{
            accessors::{by_name, by_value},
            events,
            frames::Modifiers,
            Event, Level, NonPresent, Pte, SlotGuard,
        },
        virt::flags,
    },
};

/// What a PTE that is not present says. Equivalent to C's `enum softleaf_type`.
///
/// # Examples
///
/// ```
/// use kernel::mm::pgtable::pages::SoftLeaf;
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
    /// Not an entry that this kernel writes.
    Bad,
}

impl<'g> SoftLeaf<'g> {
    /// Returns the page, if the entry is of a kind that owns a reference to one.
    #[inline]
    pub fn page(&self) -> Option<MappedPage<'g>> {
        match self {
            Self::DevicePrivate(entry) => Some(entry.page()),
            Self::DeviceExclusive(entry) => Some(entry.page()),
            Self::Swap | Self::Migration | Self::Hwpoison | Self::Marker | Self::Bad => None,
        }
    }
}

/// C's functions of the value of a PTE, present or not.
impl Pte {
    // SAFETY: They test or change bits of an entry that is not in a table.
    by_name! { unsafe extern pte {
        pub(super) young -> bool;
        pub(super) dirty -> bool;
        pub(super) soft_dirty -> bool;
        pub(super) uffd -> bool;
        pub(super) mksoft_dirty -> bindings::pte_t;
        pub(super) mkuffd -> bindings::pte_t;
        pub(super) swp_soft_dirty -> bool;
        pub(super) swp_uffd -> bool;
        pub(super) swp_mksoft_dirty -> bindings::pte_t;
        pub(super) swp_mkuffd -> bindings::pte_t;
        pub(super) swp_clear_uffd -> bindings::pte_t;
        softleaf_type -> bindings::softleaf_type;
    } }

    // SAFETY: It compares two values.
    by_value! { unsafe extern {
        /// Whether two values are the same but for what hardware sets.
        fn same(a: bindings::pte_t, b: bindings::pte_t) -> bool = pte_same;
    } }
}

impl<'g> NonPresent<'g, Pte> {
    /// Returns what the entry is. Equivalent to C's `softleaf_from_pte()` and `softleaf_type()`.
    #[inline]
    pub fn softleaf(self) -> SoftLeaf<'g> {
        match Pte::softleaf_type(self.raw) {
            bindings::softleaf_type_SOFTLEAF_SWAP => SoftLeaf::Swap,
            bindings::softleaf_type_SOFTLEAF_MIGRATION_READ
            | bindings::softleaf_type_SOFTLEAF_MIGRATION_READ_EXCLUSIVE
            | bindings::softleaf_type_SOFTLEAF_MIGRATION_WRITE => SoftLeaf::Migration,
            bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ
            | bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE => self
                .private()
                .map_or(SoftLeaf::Bad, SoftLeaf::DevicePrivate),
            bindings::softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE => self
                .exclusive()
                .map_or(SoftLeaf::Bad, SoftLeaf::DeviceExclusive),
            bindings::softleaf_type_SOFTLEAF_HWPOISON => SoftLeaf::Hwpoison,
            bindings::softleaf_type_SOFTLEAF_MARKER => SoftLeaf::Marker,
            _ => SoftLeaf::Bad,
        }
    }

    /// Whether the page is one that a device alone may access.
    #[inline]
    pub(super) fn is_exclusive(&self) -> bool {
        Pte::softleaf_type(self.raw) == bindings::softleaf_type_SOFTLEAF_DEVICE_EXCLUSIVE
    }

    /// As [`Self::softleaf()`], for pages that a device alone may access.
    #[inline]
    pub(super) fn exclusive(self) -> Option<DeviceExclusive<'g>> {
        if !self.is_exclusive() {
            return None;
        }
        // SAFETY: It is of a kind that does.
        let page = unsafe { self.page() };
        // INVARIANT: It is of the kind.
        Some(DeviceExclusive { entry: self, page })
    }

    /// As [`Self::softleaf()`], for pages in the memory of a device.
    #[inline]
    pub(super) fn private(self) -> Option<DevicePrivate<'g>> {
        let writable = match Pte::softleaf_type(self.raw) {
            bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_READ => false,
            bindings::softleaf_type_SOFTLEAF_DEVICE_PRIVATE_WRITE => true,
            _ => return None,
        };
        // SAFETY: It is of a kind that does.
        let page = unsafe { self.page() };
        // INVARIANT: It is of the kind.
        Some(DevicePrivate {
            entry: self,
            page,
            writable,
        })
    }

    /// Returns the bits that outlive what was mapped: soft-dirty, and that of userfaultfd.
    #[inline]
    pub fn bits(&self) -> PteBits {
        PteBits {
            soft_dirty: Pte::swp_soft_dirty(self.raw),
            uffd: Pte::swp_uffd(self.raw),
            ..PteBits::default()
        }
    }

    /// The page that the entry names.
    ///
    /// # Safety
    ///
    /// It is of a kind that owns a reference to a page, which that of a page being moved does not.
    #[inline]
    unsafe fn page(&self) -> MappedPage<'g> {
        // SAFETY: The entry names a page, so that there is a `struct page` for its frame.
        let page = unsafe { bindings::pte_softleaf_page(self.raw) };
        // SAFETY: The entry owns a reference to the folio of the page; the lock is held while `'g` lasts.
        unsafe { MappedPage::new(page) }
    }
}

/// An entry for a page that a device alone may access. It counts as a mapping of the page, and owns
/// a reference to it. Equivalent to C's `softleaf_is_device_exclusive()`.
///
/// # Invariants
///
/// The entry was of this kind, and named `page`, when read under its lock, which is held while `'g`
/// lasts. The page is anonymous, but for those of KUnit: no other is made exclusive.
pub struct DeviceExclusive<'g> {
    entry: NonPresent<'g, Pte>,
    page: MappedPage<'g>,
}

impl<'g> DeviceExclusive<'g> {
    /// Returns the page.
    #[inline]
    pub(in crate::mm) fn page(&self) -> MappedPage<'g> {
        self.page
    }

    /// Makes the entry map its page again. Returns `None`, and changes nothing, if `folio` is not
    /// that of the page, or `unmapped` does not cover the address.
    ///
    /// `unmapped` proves that the device does not map the page. The lock of the folio gives a device the
    /// time to use the page before a CPU takes it back, so that both make progress if both want it. It
    /// does not keep the entry from being zapped.
    ///
    /// The soft-dirty bit and that of userfaultfd are restored, the accessed bit is not. The PTE is
    /// writable only if the vma and the page allow it, and is dirty then if the folio is. It takes over
    /// the reference and the count as a mapping.
    ///
    /// Equivalent to C's `restore_exclusive_pte()`.
    // Inlined into its two callers, most of its tests fold away: a call costs 50 instructions on x86_64.
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
        // SAFETY: By the type invariant the entry is not present, and stands for a mapping of the same page.
        unsafe { slot.set_pte(pte) };
        slot.update_mmu_cache();
        slot.count(Event::DeviceExclusiveRestore);
        self.trace_restore(0);
        // INVARIANT: It was just made so.
        Some(NormalLeaf {
            slot,
            raw: pte,
            page,
        })
    }

    /// Traces what became of a restore: 0 or an error.
    #[inline]
    pub(super) fn trace_restore(&self, result: c_int) {
        let slot = self.entry.guard;
        events::device_exclusive_restore(|| {
            let address = slot.addr().as_raw();
            [(slot.kept_mm(), address, Pte::LEVEL, self.page.pfn(), result)]
        });
    }

    /// Returns what maps the page as the entry and its vma say.
    #[inline(always)]
    fn mapping(&self, folio: &FolioLock<'_>) -> bindings::pte_t {
        let (vma, raw) = (self.entry.guard.vma(), self.entry.raw);
        let mut pte = Pte::mkold(self.page.mk_pte(vma.page_prot()));
        if Pte::swp_soft_dirty(raw) {
            pte = Pte::mksoft_dirty(pte);
        }
        if Pte::swp_uffd(raw) {
            pte = vma.protect_rwp(Pte::mkuffd(pte));
        }
        let addr = self.entry.guard.addr().as_raw();
        if vma.flags() & flags::WRITE == 0
            // SAFETY: The lock of the entry is held, so that the page stays what it is.
            || !unsafe { bindings::can_change_pte_writable(vma.as_ptr(), addr, pte) }
        {
            return pte;
        }
        if folio.dirty() {
            pte = Pte::mkdirty(pte);
        }
        vma.mkwrite(pte)
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
    page: *mut bindings::page,
}

impl SeenExclusive {
    /// Wraps a value that C has looked at.
    ///
    /// # Safety
    ///
    /// `softleaf_is_device_exclusive()` holds of it, and `softleaf_to_page()` of it is `page`.
    #[inline]
    pub unsafe fn from_raw(pte: bindings::pte_t, page: *mut bindings::page) -> Self {
        // INVARIANT: The caller has looked at the value, which names the page.
        Self { pte, page }
    }
}

impl<'t> SlotGuard<'t, Pte> {
    /// Returns the entry if it has the value that was seen. Equivalent to C's `pte_same()`.
    #[inline]
    pub fn still(&mut self, seen: SeenExclusive) -> Option<DeviceExclusive<'_>> {
        let raw = self.slot().read();
        if !Pte::same(raw, seen.pte) {
            return None;
        }
        // SAFETY: It is of a kind that owns a reference, and its lock is held.
        let page = unsafe { MappedPage::new(seen.page) };
        // INVARIANT: It was read under the lock; by the invariant of `seen` it is of the kind, which is not
        // present, and names the page.
        let guard = self.slot();
        let entry = NonPresent { raw, guard };
        Some(DeviceExclusive { entry, page })
    }
}

/// An entry for a page in the memory of a device. It counts as a mapping of the page, and owns a
/// reference to it. Equivalent to C's `softleaf_is_device_private()`.
///
/// # Invariants
///
/// The entry was of this kind, and named `page`, when read under its lock, which is held while `'g`
/// lasts, and `writable` says which of both. The page is anonymous, but for those of KUnit: no other is
/// moved to a device.
pub struct DevicePrivate<'g> {
    pub(super) entry: NonPresent<'g, Pte>,
    page: MappedPage<'g>,
    writable: bool,
}

impl<'g> DevicePrivate<'g> {
    /// Returns the page.
    #[inline]
    pub(in crate::mm) fn page(&self) -> MappedPage<'g> {
        self.page
    }

    /// Whether it may be written once it is back. Equivalent to C's
    /// `softleaf_is_device_private_write()`.
    #[inline]
    pub(in crate::mm) fn writable(&self) -> bool {
        self.writable
    }
}
