// SPDX-License-Identifier: GPL-2.0

//! An entry whose lock is held, by a guard or by C.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{
    entry::{Kind, NonPresent},
    Entry, Leaf, Level, Pte, SpecialLevel, UserAddr,
};
use crate::{
    bindings,
    mm::virt::{vm_flags_t, VmaRef},
    types::NotThreadSafe,
};
use core::{marker::PhantomData, ptr::NonNull};

/// Where an entry lives, while the lock of its table is held. Equivalent to C's `pte_t *` below a
/// lock that a caller took.
///
/// # Invariants
///
/// - `ptr` is the entry for `addr`, which lies in `vma`, in a table of `mm`, the mm of `vma`.
/// - While `'t` lasts `vma` is alive, keeps its bounds, and is not of hugetlb.
/// - This thread holds the lock of the table while `'t` lasts or, in a [`SlotGuard`], until that is
///   dropped.
///
/// [`SlotGuard`]: super::SlotGuard
pub struct LockedSlot<'t, L: Level> {
    ptr: NonNull<L::Raw>,
    vma: NonNull<bindings::vm_area_struct>,
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
    /// The type invariants, for as long as the result is used.
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
            _nts: NotThreadSafe,
        }
    }

    /// Takes an entry whose lock C holds.
    ///
    /// # Safety
    ///
    /// `ptr` is the entry for `address`, in bytes, in a table of the mm of `vma`, which contains
    /// the address and is not of hugetlb; this thread holds the lock of the table while `'t` lasts,
    /// and uses the entry through the result alone.
    #[inline]
    pub(in crate::mm) unsafe fn from_raw(
        ptr: *mut L::Raw,
        vma: &'t VmaRef,
        address: usize,
    ) -> Self {
        // SAFETY: An entry has an address.
        let ptr = unsafe { NonNull::new_unchecked(ptr) };
        // SAFETY: A mm has an address.
        let mm = unsafe { NonNull::new_unchecked(vma.mm().as_raw()) };
        // SAFETY: So has a vma.
        let vma = unsafe { NonNull::new_unchecked(vma.as_ptr()) };
        // SAFETY: The contract of this function.
        unsafe { Self::new(ptr, vma, mm, UserAddr::new(address)) }
    }

    /// Returns the same, for as long as this one is borrowed.
    #[inline]
    pub(super) fn reborrow(&self) -> LockedSlot<'_, L> {
        // SAFETY: By the type invariant, and because this one is borrowed.
        unsafe { LockedSlot::new(self.ptr, self.vma, self.mm, self.addr) }
    }

    /// Returns the entry `n` entries before this one, for as long as the lock is held.
    ///
    /// # Safety
    ///
    /// The lock is held while `'t` lasts: this is not the slot of a guard. There are as many
    /// entries before this one in the table, their addresses lie in the vma, and nothing else uses
    /// the one that is returned.
    #[inline]
    pub(super) unsafe fn detach_before(&self, n: usize) -> Self {
        // SAFETY: The contract of this function.
        let ptr = unsafe { self.ptr.sub(n) };
        let addr = UserAddr::new(self.addr.as_raw() - n * L::SIZE);
        // SAFETY: The contract of this function.
        unsafe { Self::new(ptr, self.vma, self.mm, addr) }
    }

    #[inline]
    pub(super) fn read(&self) -> L::Raw {
        // SAFETY: By the type invariant the lock of the entry's table is held.
        unsafe { L::get(self.ptr.as_ptr()) }
    }

    /// Reads the entry. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub(in crate::mm) fn entry(&mut self) -> Entry<'_, L> {
        let raw = self.read();
        match Kind::of::<L>(raw) {
            Kind::None => Entry::Vacant,
            Kind::NonPresent => Entry::NonPresent(NonPresent::new(self, raw)),
            Kind::Leaf => Entry::Leaf(Leaf::new(self, raw)),
            Kind::Table => Entry::Table,
        }
    }

    /// Whether the entry is empty.
    #[inline]
    pub(in crate::mm) fn is_vacant(&self) -> bool {
        L::none(self.read())
    }

    /// Goes on to the next entry of the table.
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
    pub(in crate::mm) fn as_ptr(&self) -> *mut L::Raw {
        self.ptr.as_ptr()
    }

    /// Tells the architecture that the entry was made or changed for a fault. Equivalent to C's
    /// `update_mmu_cache_pmd()`.
    #[inline]
    pub(in crate::mm) fn update_mmu_cache(&self)
    where
        L: SpecialLevel,
    {
        // SAFETY: By the type invariants the vma is alive and the lock of the entry is held.
        unsafe { L::update_mmu_cache(self.vma(), self.start(), self.as_ptr()) };
    }

    /// Returns the vma that the address lies in.
    #[inline]
    pub(in crate::mm) fn vma(&self) -> *mut bindings::vm_area_struct {
        self.vma.as_ptr()
    }

    /// Returns the flags of the vma.
    #[inline]
    pub(in crate::mm) fn vm_flags(&self) -> vm_flags_t {
        // SAFETY: By the type invariant the vma is alive.
        unsafe { (*self.vma()).__bindgen_anon_2.vm_flags }
    }

    /// Returns where the block that the entry maps starts, in bytes.
    #[inline]
    pub(in crate::mm) fn start(&self) -> usize {
        self.addr.block::<L>().as_raw()
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
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl LockedSlot<'_, Pte> {
    /// Writes an entry that was cleared or is not present: only the caller knows what it may become.
    #[inline]
    pub(super) fn set_pte(&self, pte: bindings::pte_t) {
        // SAFETY: By the type invariants the lock of the entry for the address is held; every caller is in
        // this module tree and has cleared the entry, or found it not present.
        unsafe { bindings::set_pte_at(self.mm(), self.addr.as_raw(), self.as_ptr(), pte) };
    }

    /// Takes the entry, which maps frame `pfn`, away and returns what it was, with all bits that
    /// hardware has set until now. The page has to be put back, or the mapping has to be counted off.
    #[inline]
    pub(super) fn flush_cache_and_clear(&self, pfn: usize) -> bindings::pte_t {
        let addr = self.addr.as_raw();
        // SAFETY: By the type invariants the vma is alive, and the address lies in it.
        unsafe { bindings::flush_cache_page(self.vma(), addr, pfn) };
        // SAFETY: By the type invariants the lock of the entry for the address is held.
        unsafe { bindings::ptep_get_and_clear(self.mm(), addr, self.as_ptr()) }
    }
}
