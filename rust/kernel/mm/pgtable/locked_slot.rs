// SPDX-License-Identifier: GPL-2.0

//! An entry whose lock is held, whoever releases it.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    entry::{Kind, NonPresent},
    Entry, Leaf, Level, SpecialLevel, UserAddr, Vacant, VmaBlock,
};
use crate::{bindings, mm::virt::VmaRef, types::NotThreadSafe};
use core::{marker::PhantomData, ptr::NonNull};

/// Where an entry lives, while the lock of its table is held. Equivalent to C's `pte_t *` below a
/// lock that a caller took.
///
/// # Invariants
///
/// Having one tells you that `ptr` is the entry for `addr` in a table of `mm`, and that this thread
/// holds the lock of the table while `'t` lasts or, in a [`SlotGuard`], until that is dropped.
///
/// [`SlotGuard`]: super::SlotGuard
pub struct LockedSlot<'t, L: Level> {
    ptr: NonNull<L::Raw>,
    mm: NonNull<bindings::mm_struct>,
    addr: UserAddr,
    _tables: PhantomData<&'t VmaRef>,
    // A spinlock is held by the thread that took it.
    _nts: NotThreadSafe,
}

impl<'t, L: Level> LockedSlot<'t, L> {
    /// Takes note of an entry whose lock is held.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `addr` in a table of `mm`; this thread holds the lock of the table
    /// for as long as the result is used.
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
            _nts: NotThreadSafe,
        }
    }

    /// Takes an entry whose lock C holds.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `address`, in bytes, in a table of the mm of `vma`, which contains
    /// the address; this thread holds the lock of the table while `'t` lasts, and looks at the
    /// entry by nothing else.
    #[inline]
    pub unsafe fn from_raw(ptr: *mut L::Raw, vma: &'t VmaRef, address: usize) -> Self {
        // SAFETY: An entry has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(vma.mm().as_raw()) };
        // SAFETY: The contract of this function.
        unsafe { Self::new(ptr, mm, UserAddr::new(address)) }
    }

    /// Returns the same, for as long as this one is borrowed.
    #[inline]
    pub(super) fn reborrow(&self) -> LockedSlot<'_, L> {
        // SAFETY: By the type invariant, and because this one is borrowed.
        unsafe { LockedSlot::new(self.ptr, self.mm, self.addr) }
    }

    /// Returns the same, for as long as the lock is held.
    ///
    /// # Safety
    ///
    /// The lock is held while `'t` lasts: this is not the slot of a guard. Nobody looks at the
    /// entry by this one again.
    #[inline]
    pub(super) unsafe fn detach(&self) -> Self {
        // SAFETY: The contract of this function.
        unsafe { Self::new(self.ptr, self.mm, self.addr) }
    }

    #[inline]
    pub(super) fn read(&self) -> L::Raw {
        // SAFETY: By the type invariant the lock of the entry's table is held.
        unsafe { L::get(self.ptr.as_ptr()) }
    }

    /// Reads the entry. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub fn entry(&mut self) -> Entry<'_, L> {
        let raw = self.read();
        match L::kind(raw) {
            Kind::None => Entry::Vacant(Vacant::new(self)),
            Kind::NonPresent => Entry::NonPresent(NonPresent::new(self, raw)),
            Kind::Leaf => Entry::Leaf(Leaf::new(self, raw)),
            Kind::Table => Entry::Table,
        }
    }

    /// Returns the entry if it is empty: [`LockedSlot::entry()`] for who wants to know no more.
    #[inline]
    pub fn vacant(&mut self) -> Option<Vacant<'_, L>> {
        L::none(self.read()).then(|| Vacant::new(self))
    }

    /// Goes on to the entry behind this one in the same table.
    ///
    /// # Safety
    ///
    /// There is one, and its address lies in the vma.
    #[inline]
    pub(super) unsafe fn advance(&mut self) {
        // INVARIANT: The entry for the next address; one lock is that of the whole table.
        // SAFETY: The contract of this function.
        self.ptr = unsafe { self.ptr.add(1) };
        self.addr = UserAddr::new(self.addr.as_raw() + L::SIZE);
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

    /// Whether the entry is of the mm of `vma`, and for an address in it.
    #[inline]
    pub(super) fn is_in(&self, vma: &VmaRef) -> bool {
        let addr = self.addr.as_raw();
        self.mm() == vma.mm().as_raw() && vma.start() <= addr && addr < vma.end()
    }

    /// Tells the architecture that the entry was made or changed for a fault. Equivalent to C's
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
}
