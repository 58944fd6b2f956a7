// SPDX-License-Identifier: GPL-2.0

//! Where an entry lives, what it was a moment ago, and its lock.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    entry::Kind, Entry, LeafGuard, Level, Locked, LockedSlot, Table, TableLevel, UserAddr,
};
use crate::{bindings, mm::virt::VmaRef};
use core::{marker::PhantomData, mem::ManuallyDrop, ops::Deref, ptr::NonNull};

/// Where the entry of level `L` for an address lives. Equivalent to C's `pmd_t *`.
///
/// # Invariants
///
/// - `ptr` is the entry for `addr`, which lies in `vma`, in a table of `mm`, the mm of `vma`.
/// - While `'t` lasts `vma` is alive, keeps its bounds, and is not of hugetlb, and the table is not
///   freed.
pub struct Slot<'t, L: TableLevel> {
    pub(super) ptr: NonNull<L::Raw>,
    pub(super) vma: NonNull<bindings::vm_area_struct>,
    pub(super) mm: NonNull<bindings::mm_struct>,
    pub(super) addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
}

/// What an entry was when it was read without its lock: a reason to go one way or the other, and
/// nothing to compute with. It has no frame and no protection.
///
/// Equivalent to C's `pmdp_get_lockless()`.
#[must_use = "a snapshot is taken to decide where to go"]
pub enum Snapshot<'t, L: TableLevel> {
    /// It was empty.
    Vacant(Slot<'t, L>),
    /// It was neither empty nor present.
    NonPresent(Slot<'t, L>),
    /// It was a leaf: [`SlotGuard::into_leaf()`] tells whether it still is.
    Leaf(Slot<'t, L>),
    /// It was a table.
    Table(Table<'t, L>),
}

impl<'t, L: TableLevel> Slot<'t, L> {
    /// Takes note of where an entry lives.
    ///
    /// # Safety
    ///
    /// The type invariants.
    #[inline]
    pub(super) unsafe fn new(
        ptr: NonNull<L::Raw>,
        vma: NonNull<bindings::vm_area_struct>,
        mm: NonNull<bindings::mm_struct>,
        addr: UserAddr,
    ) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self {
            ptr,
            vma,
            mm,
            addr,
            _tables: PhantomData,
        }
    }

    /// Takes the entry that C has found for `address`, in bytes. Equivalent to C's `vmf->pmd`.
    ///
    /// # Safety
    ///
    /// - `vma` points at a vma that is not of hugetlb and contains `address`; `ptr` points at the
    ///   entry for `address` in a table of its mm.
    /// - While `'t` lasts the mmap lock or the vma lock is held, or the vma is in the tree of its
    ///   file's mapping and the `i_mmap_rwsem` of that is held.
    #[inline]
    pub unsafe fn from_raw(
        ptr: *mut L::Raw,
        vma: *mut bindings::vm_area_struct,
        address: usize,
    ) -> Self {
        // SAFETY: The contract of this function.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: The contract of this function.
        let vma = unsafe { NonNull::new_unchecked(vma) };
        // SAFETY: The vma is alive by the contract of this function, and keeps its mm allocated.
        let mm = unsafe { NonNull::new_unchecked((*vma.as_ptr()).vm_mm) };
        // SAFETY: The contract of this function: each of the locks keeps vma and table.
        unsafe { Self::new(ptr, vma, mm, UserAddr::new(address)) }
    }

    /// Returns the mm that the table belongs to.
    #[inline]
    pub(in crate::mm) fn mm(&self) -> *mut bindings::mm_struct {
        self.mm.as_ptr()
    }

    /// Returns the address that the entry was found for.
    #[inline]
    pub(in crate::mm) fn addr(&self) -> UserAddr {
        self.addr
    }

    /// Reads the entry without its lock. Equivalent to C's `pmdp_get_lockless()`.
    #[inline]
    pub fn snapshot(self) -> Snapshot<'t, L> {
        // SAFETY: By the type invariant the slot is not freed.
        match Kind::of::<L>(unsafe { L::get_lockless(self.ptr.as_ptr()) }) {
            Kind::None => Snapshot::Vacant(self),
            Kind::NonPresent => Snapshot::NonPresent(self),
            Kind::Leaf => Snapshot::Leaf(self),
            // SAFETY: It was a table when read just now.
            Kind::Table => Snapshot::Table(unsafe { Table::new(self) }),
        }
    }

    /// Takes the lock of the table that the entry lies in. Equivalent to C's `pmd_lock()`.
    #[inline]
    pub fn lock(self) -> SlotGuard<'t, L> {
        // SAFETY: By the type invariant the slot lies in a table of `mm` that is not freed.
        let ptl = unsafe { L::lock(self.mm.as_ptr(), self.ptr.as_ptr()) };
        // SAFETY: A lock has an address.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: The lock of the table of `ptr` was just taken.
        let slot = unsafe { LockedSlot::new(self.ptr, self.vma, self.mm, self.addr) };
        // SAFETY: `ptl` is that lock.
        unsafe { SlotGuard::new(slot, ptl) }
    }
}

/// The lock of the table that an entry lies in, held.
///
/// # Invariants
///
/// `ptl` is the lock by which `slot` is a [`LockedSlot`]; it is ours to release, and the table is
/// mapped where its level wants that.
#[must_use = "dropping it unlocks the page table at once"]
pub struct SlotGuard<'t, L: Level> {
    slot: LockedSlot<'t, L>,
    ptl: NonNull<bindings::spinlock_t>,
}

// Shared alone: two guards whose slots were swapped would release each other's locks.
impl<'t, L: Level> Deref for SlotGuard<'t, L> {
    type Target = LockedSlot<'t, L>;

    #[inline]
    fn deref(&self) -> &LockedSlot<'t, L> {
        &self.slot
    }
}

impl<'t, L: Level> SlotGuard<'t, L> {
    /// Takes over a lock that is held.
    ///
    /// # Safety
    ///
    /// This thread holds `ptl`, the lock of the table of `slot`, and has mapped the table where the
    /// level wants that; it gives both away.
    #[inline]
    pub(super) unsafe fn new(slot: LockedSlot<'t, L>, ptl: NonNull<bindings::spinlock_t>) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self { slot, ptl }
    }

    /// Reads the entry. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub fn entry(&mut self) -> Entry<'_, L> {
        self.slot.entry()
    }

    /// Borrows the locked entry, without the right to unlock it.
    #[inline]
    pub(super) fn slot(&mut self) -> &mut LockedSlot<'t, L> {
        &mut self.slot
    }

    /// Goes on to the next entry of the table.
    ///
    /// # Safety
    ///
    /// There is one, and its address lies in the vma.
    #[inline]
    pub(super) unsafe fn advance(&mut self) {
        // SAFETY: The contract of this function; one lock is that of the whole table.
        unsafe { self.slot.advance() };
    }

    /// Keeps the lock if the entry is a leaf, and releases it if not: says what became of the leaf that
    /// a snapshot saw.
    #[inline]
    pub fn into_leaf(self) -> Locked<'t, L> {
        let raw = self.slot.read();
        match Kind::of::<L>(raw) {
            Kind::None | Kind::NonPresent => Locked::Gone,
            Kind::Leaf => Locked::Leaf(LeafGuard::new(self, raw)),
            Kind::Table => Locked::BecameTable,
        }
    }

    /// Gives the held lock to C, with the entry where C has to unmap it, null elsewhere.
    #[inline]
    pub(super) fn into_raw(self) -> (*mut bindings::spinlock_t, *mut bindings::pte_t) {
        let this = ManuallyDrop::new(self);
        (this.ptl.as_ptr(), L::as_mapped_pte(this.as_ptr()))
    }
}

impl<L: Level> Drop for SlotGuard<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant this thread holds the lock, and it is ours.
        unsafe { bindings::spin_unlock(self.ptl.as_ptr()) };
        // SAFETY: By the type invariant the table is mapped where its level wants that.
        unsafe { L::unmap(self.as_ptr()) };
    }
}
