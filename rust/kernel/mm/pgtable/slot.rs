// SPDX-License-Identifier: GPL-2.0

//! Where an entry lives, what it was a moment ago, and its lock.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    entry::Kind, Entry, Leaf, LeafGuard, Level, Locked, SpecialLevel, Table, TableLevel, UserAddr,
    Vacant, VmaBlock,
};
use crate::{bindings, mm::virt::VmaRef, types::NotThreadSafe};
use core::{marker::PhantomData, mem::ManuallyDrop, ptr::NonNull};

/// Where the entry of level `L` for an address lives. C twin: `pmd_t *`.
///
/// # Invariants
///
/// Having one tells you that the table it lies in belongs to `mm` and is not freed while `'t` lasts.
pub struct Slot<'t, L: TableLevel> {
    pub(super) ptr: NonNull<L::Raw>,
    pub(super) mm: NonNull<bindings::mm_struct>,
    pub(super) addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
}

/// What an entry was when it was read without its lock: a reason to go one way or the other, and
/// nothing to compute with. It has no frame and no protection.
///
/// C twin: `pmdp_get_lockless()`.
#[must_use = "a snapshot is taken to decide where to go"]
pub enum Snapshot<'t, L: TableLevel> {
    /// It was empty.
    Vacant(Slot<'t, L>),
    /// It was neither empty nor present.
    NonPresent(Slot<'t, L>),
    /// It was a leaf: [`Slot::lock_leaf()`] tells whether it still is.
    Leaf(Slot<'t, L>),
    /// It was a table.
    Table(Table<'t, L>),
}

impl<'t, L: TableLevel> Slot<'t, L> {
    /// Takes note of where an entry lives.
    ///
    /// # Safety
    ///
    /// `ptr` points into a table of `mm` that is not freed while `'t` lasts.
    #[inline]
    pub(super) unsafe fn new(
        ptr: NonNull<L::Raw>,
        mm: NonNull<bindings::mm_struct>,
        addr: UserAddr,
    ) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self {
            ptr,
            mm,
            addr,
            _tables: PhantomData,
        }
    }

    /// Takes the entry that C has found for a block of addresses. C twin: `vmf->pmd`.
    ///
    /// # Safety
    ///
    /// `ptr` points at the entry for the block in a table of the vma's mm.
    #[inline]
    pub unsafe fn from_raw(ptr: *mut L::Raw, block: &VmaBlock<'t, L>) -> Self {
        let mm = block.vma().mm().as_raw();
        // SAFETY: An entry has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(mm) };
        // SAFETY: The contract of this function; the table stays while the lock of the vma is held,
        // as `'t` says, for a vma of hugetlb has no block.
        unsafe { Self::new(ptr, mm, block.user_addr()) }
    }

    /// Reads the entry without its lock. C twin: `pmdp_get_lockless()`.
    #[inline]
    pub fn snapshot(self) -> Snapshot<'t, L> {
        // SAFETY: By the type invariant the slot is not freed.
        match L::kind(unsafe { L::get_lockless(self.ptr.as_ptr()) }) {
            Kind::None => Snapshot::Vacant(self),
            Kind::NonPresent => Snapshot::NonPresent(self),
            Kind::Leaf => Snapshot::Leaf(self),
            // SAFETY: It was a table when read just now.
            Kind::Table => Snapshot::Table(unsafe { Table::new(self) }),
        }
    }

    /// Takes the lock of the table that the entry lies in. C twin: `pmd_lock()`.
    #[inline]
    pub fn lock(self) -> SlotGuard<'t, L> {
        // SAFETY: By the type invariant the slot lies in a table of `mm` that is not freed.
        let ptl = unsafe { L::lock(self.mm.as_ptr(), self.ptr.as_ptr()) };
        // SAFETY: A lock has an address.
        let ptl = unsafe { NonNull::new_unchecked(ptl) };
        // SAFETY: The lock of the slot's table was just taken.
        unsafe { SlotGuard::new(self.ptr, ptl, self.mm, self.addr) }
    }

    /// Takes the lock and says what became of the leaf that a snapshot saw.
    #[inline]
    pub fn lock_leaf(self) -> Locked<'t, L> {
        self.lock().into_leaf()
    }
}

/// The lock of the table that an entry lies in, held.
///
/// # Invariants
///
/// Having one tells you that `ptl` is held by this thread, that it is the lock of the table that
/// `ptr` lies in, which belongs to `mm`, and that the table is mapped where its level wants that.
#[must_use = "dropping it unlocks the page table at once"]
pub struct SlotGuard<'t, L: Level> {
    ptr: NonNull<L::Raw>,
    ptl: NonNull<bindings::spinlock_t>,
    mm: NonNull<bindings::mm_struct>,
    addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
    // A spinlock is released by the thread that took it.
    _nts: NotThreadSafe,
}

impl<'t, L: Level> SlotGuard<'t, L> {
    /// Takes over a lock that is held.
    ///
    /// # Safety
    ///
    /// `ptr` points into a table of `mm` that is not freed while `'t` lasts; this thread holds its
    /// lock `ptl`, and has mapped it where the level wants that, and gives both away.
    #[inline]
    pub(super) unsafe fn new(
        ptr: NonNull<L::Raw>,
        ptl: NonNull<bindings::spinlock_t>,
        mm: NonNull<bindings::mm_struct>,
        addr: UserAddr,
    ) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        Self {
            ptr,
            ptl,
            mm,
            addr,
            _tables: PhantomData,
            _nts: NotThreadSafe,
        }
    }

    #[inline]
    fn read(&self) -> L::Raw {
        // SAFETY: By the type invariant the lock of the entry's table is held.
        unsafe { L::get(self.ptr.as_ptr()) }
    }

    /// Reads the entry. C twin: `pmdp_get()`.
    #[inline]
    pub fn entry(&mut self) -> Entry<'_, L> {
        let raw = self.read();
        match L::kind(raw) {
            Kind::None => Entry::Vacant(Vacant::new(self)),
            Kind::NonPresent => Entry::NonPresent,
            Kind::Leaf => Entry::Leaf(Leaf::new(self, raw)),
            Kind::Table => Entry::Table,
        }
    }

    /// Returns the entry if it is empty: [`SlotGuard::entry()`] for who wants to know no more.
    #[inline]
    pub fn vacant(&mut self) -> Option<Vacant<'_, L>> {
        L::none(self.read()).then(|| Vacant::new(self))
    }

    /// Keeps the lock if the entry is a leaf, and releases it if not.
    #[inline]
    pub fn into_leaf(self) -> Locked<'t, L> {
        let raw = self.read();
        match L::kind(raw) {
            Kind::None | Kind::NonPresent => Locked::Gone,
            Kind::Leaf => Locked::Leaf(LeafGuard::new(self, raw)),
            Kind::Table => Locked::BecameTable,
        }
    }

    /// Returns where the entry lives, to change it there.
    #[inline]
    pub(super) fn as_ptr(&self) -> *mut L::Raw {
        self.ptr.as_ptr()
    }

    /// Whether the entry is the one for `place`.
    #[inline]
    pub(super) fn is_for(&self, place: &VmaBlock<'_, L>) -> bool {
        self.mm() == place.vma().mm().as_raw()
            && self.addr.block::<L>().as_raw() == place.addr().as_raw()
    }

    /// Tells the architecture that the entry was made or changed for a fault. C twin:
    /// `update_mmu_cache_pmd()`.
    #[inline]
    pub(super) fn update_mmu_cache(&self, place: &VmaBlock<'_, L>)
    where
        L: SpecialLevel,
    {
        // SAFETY: By the type invariant the lock of the entry is held. The architecture looks at it
        // and at the vma, and writes to neither.
        unsafe { L::update_mmu_cache(place.vma().as_ptr(), place.addr().as_raw(), self.as_ptr()) };
    }

    /// Returns the mm that the table belongs to.
    #[inline]
    pub(super) fn mm(&self) -> *mut bindings::mm_struct {
        self.mm.as_ptr()
    }

    /// Returns the address that the entry was found for.
    #[inline]
    pub fn addr(&self) -> UserAddr {
        self.addr
    }

    /// Gives the held lock to C, with the entry where C has to unmap it, null elsewhere.
    #[inline]
    pub(super) fn into_raw(self) -> (*mut bindings::spinlock_t, *mut bindings::pte_t) {
        let this = ManuallyDrop::new(self);
        (this.ptl.as_ptr(), L::as_mapped_pte(this.ptr.as_ptr()))
    }
}

impl<L: Level> Drop for SlotGuard<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant this thread holds the lock.
        unsafe { bindings::spin_unlock(self.ptl.as_ptr()) };
        // SAFETY: By the type invariant the table is mapped where its level wants that.
        unsafe { L::unmap(self.ptr.as_ptr()) };
    }
}
