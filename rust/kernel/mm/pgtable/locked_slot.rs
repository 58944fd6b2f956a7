// SPDX-License-Identifier: GPL-2.0

//! An entry whose lock is held, by a guard or by C.
//!
//! C header: [`include/linux/pgtable.h`](srctree/include/linux/pgtable.h)

use super::{slot::Place, Entry, KeptMm, Level, SpecialLevel};
#[cfg(CONFIG_DEVICE_PRIVATE)]
use super::{KeptVma, Pmd, Pte, UserAddr};
use crate::{bindings, mm::virt::VmaRef, types::NotThreadSafe};
#[cfg(CONFIG_DEVICE_PRIVATE)]
use core::ops::Range;
use core::{marker::PhantomData, mem::ManuallyDrop, ops::Deref};

/// Where an entry is, while the lock of its table is held. Equivalent to C's `pte_t *` below a lock
/// that a caller took.
///
/// # Invariants
///
/// This thread holds the lock of the table while `'t` lasts or, in a [`SlotGuard`], until that is
/// dropped.
// A spinlock is held by the thread that took it.
pub(in crate::mm) struct LockedSlot<'t, L: Level>(Place<'t, L>, NotThreadSafe);

impl<'t, L: Level> Deref for LockedSlot<'t, L> {
    type Target = Place<'t, L>;

    #[inline]
    fn deref(&self) -> &Place<'t, L> {
        &self.0
    }
}

impl<'t, L: Level> LockedSlot<'t, L> {
    /// Wraps an entry whose lock C holds.
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
        // SAFETY: `ptr` is the entry for the address in `vma`, which is not of hugetlb, and whose lock is
        // held while `'t` lasts.
        let place = unsafe { Place::new(ptr, vma.as_ptr(), address) };
        // INVARIANT: This thread holds the lock while `'t` lasts.
        Self(place, NotThreadSafe)
    }

    /// Reads the entry's value.
    #[inline]
    pub(super) fn read(&self) -> L::Raw {
        // SAFETY: By the type invariant the lock of the entry's table is held.
        unsafe { L::get(self.as_ptr()) }
    }

    /// Reads the entry. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub(in crate::mm) fn entry(&mut self) -> Entry<'_, L> {
        Entry::read(self)
    }

    /// Whether the entry is empty.
    #[inline]
    pub(in crate::mm) fn is_vacant(&self) -> bool {
        L::none(self.read())
    }

    /// Tells the architecture that the entry was made or changed for a fault. Equivalent to C's
    /// `update_mmu_cache_pmd()`.
    #[inline]
    pub(in crate::mm) fn update_mmu_cache(&self)
    where
        L: SpecialLevel,
    {
        // SAFETY: By the type invariants the vma is alive and the lock of the entry is held.
        unsafe { L::update_mmu_cache(self.vma().as_ptr(), self.start(), self.as_ptr()) };
    }
}

/// A page-table lock that is held. Equivalent to what C's `pte_offset_map_lock()` and `pmd_lock()`
/// leave to be undone.
///
/// # Invariants
///
/// - This thread holds `ptl`, the lock of the table that the entry at `ptr` lies in, and it is ours to
///   release. The lock itself keeps a table of PTEs; any other is not freed while `'t` lasts.
/// - A table of PTEs is mapped, and ours to unmap.
pub(super) struct PtlGuard<'t, L: Level> {
    ptr: *mut L::Raw,
    // A pointer is not sent: a spinlock is released by the thread that took it.
    ptl: *mut bindings::spinlock_t,
    _table: PhantomData<KeptMm<'t>>,
}

impl<L: Level> PtlGuard<'_, L> {
    /// Takes over a lock that is held.
    ///
    /// # Safety
    ///
    /// The type invariants: the caller gives the lock away, and the mapping of a table of PTEs.
    #[inline]
    pub(super) unsafe fn new(ptr: *mut L::Raw, ptl: *mut bindings::spinlock_t) -> Self {
        // INVARIANT: Lock and mapping are given to the guard.
        Self {
            ptr,
            ptl,
            _table: PhantomData,
        }
    }

    /// Returns an entry of the table.
    #[inline]
    pub(super) fn as_ptr(&self) -> *mut L::Raw {
        self.ptr
    }

    /// Gives the held lock away, with the entry if it is a PTE, which C has to unmap, or null.
    #[inline]
    pub(super) fn into_raw(self) -> (*mut bindings::spinlock_t, *mut bindings::pte_t) {
        let this = ManuallyDrop::new(self);
        (this.ptl, L::as_mapped_pte(this.ptr))
    }
}

impl<L: Level> Drop for PtlGuard<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant this thread holds the lock, and it is ours.
        unsafe { bindings::spin_unlock(self.ptl) };
        // SAFETY: By the type invariant a table of PTEs is mapped, and others need no unmapping.
        unsafe { L::unmap(self.ptr) };
    }
}

/// An entry, and the lock of the table that it lies in, held.
///
/// # Invariants
///
/// `ptl` is the lock of the table of `slot`.
#[must_use = "dropping it unlocks the page table at once"]
pub struct SlotGuard<'t, L: Level> {
    slot: LockedSlot<'t, L>,
    ptl: PtlGuard<'t, L>,
}

impl<'t, L: Level> SlotGuard<'t, L> {
    /// Takes over a lock that is held.
    ///
    /// # Safety
    ///
    /// As for [`PtlGuard::new()`], with the entry at `place`.
    #[inline]
    pub(super) unsafe fn new(place: Place<'t, L>, ptl: *mut bindings::spinlock_t) -> Self {
        // INVARIANT: Lock and mapping are given to the guard.
        let ptl = PtlGuard {
            ptr: place.as_ptr(),
            ptl,
            _table: PhantomData,
        };
        // INVARIANT: The lock is held until the guard is dropped.
        let slot = LockedSlot(place, NotThreadSafe);
        // INVARIANT: It is the lock of the table of the slot.
        Self { slot, ptl }
    }

    /// Reads the entry. Equivalent to C's `pmdp_get()`.
    #[inline]
    pub fn entry(&mut self) -> Entry<'_, L> {
        self.slot.entry()
    }

    /// Borrows the locked entry, without the right to unlock it.
    #[inline]
    pub(in crate::mm) fn slot(&self) -> &LockedSlot<'t, L> {
        &self.slot
    }

    /// Gives the held lock away, as [`PtlGuard::into_raw()`] does.
    #[inline]
    pub(super) fn into_parts(self) -> (*mut bindings::spinlock_t, *mut bindings::pte_t) {
        self.ptl.into_raw()
    }
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl SlotGuard<'_, Pte> {
    /// Goes on to the next entry, and says whether there is one in the vma and in the table.
    #[inline]
    pub(super) fn advance(&mut self) -> bool {
        let place = &mut self.slot.0;
        // A vma ends below the last address, so that nothing overflows.
        let next = place.addr().as_raw().wrapping_add(Pte::SIZE);
        // The address may be one inside a page: then `next` is never the end itself.
        if next >= place.addr().block::<Pmd>().end() || next >= place.vma().end() {
            return false;
        }
        // INVARIANT: One lock is that of the whole table.
        // SAFETY: The address is in the block of the PMD, so that its entry is in the same table; it lies in
        // the vma.
        unsafe { place.advance() };
        true
    }
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl LockedSlot<'_, Pte> {
    /// Writes an entry that is empty, or not present. Equivalent to C's `set_pte_at()`.
    ///
    /// # Safety
    ///
    /// The entry is not present. The reference and the mapping that `pte` stands for, if any, are those
    /// of the entry, or were taken for it.
    #[inline]
    pub(super) unsafe fn set_pte(&self, pte: bindings::pte_t) {
        // SAFETY: By the type invariants the lock of the entry for the address is held; it is not present.
        unsafe { bindings::set_pte_at(self.mm(), self.addr().as_raw(), self.as_ptr(), pte) };
    }

    /// Clears the entry, which maps frame `pfn`, and returns what it was, with all bits that hardware
    /// has set until now. Equivalent to C's `ptep_get_and_clear()`.
    ///
    /// # Safety
    ///
    /// The entry maps the frame, and nothing goes on to rely on that. The caller takes over the
    /// reference and the mapping that it stands for, and flushes the TLB before the lock is released.
    #[inline]
    pub(super) unsafe fn flush_cache_and_clear(&self, pfn: usize) -> bindings::pte_t {
        let addr = self.addr().as_raw();
        // SAFETY: By the type invariants the vma is alive, and the address lies in it.
        unsafe { bindings::flush_cache_page(self.vma().as_ptr(), addr, pfn) };
        // SAFETY: By the type invariants the lock of the entry for the address is held.
        unsafe { bindings::ptep_get_and_clear(self.mm(), addr, self.as_ptr()) }
    }
}

/// Consecutive PTEs of one table below a lock that C holds.
///
/// # Invariants
///
/// `next` is the first of `left` consecutive entries of a table, whose lock this thread holds while `'t`
/// lasts. Their addresses lie in the vma of `next`. If none is left, `next` may be the end of the table or
/// of the vma: it is neither read nor written.
#[cfg(CONFIG_DEVICE_PRIVATE)]
pub(super) struct LockedSlots<'t> {
    next: LockedSlot<'t, Pte>,
    left: usize,
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl<'t> LockedSlots<'t> {
    /// Wraps the entries for `addresses`, in bytes, as far as they are in the table of the first.
    ///
    /// # Safety
    ///
    /// As for [`LockedSlot::from_raw()`], for each of the entries, of which `ptep` is the first.
    #[inline]
    pub(super) unsafe fn from_raw(
        ptep: *mut bindings::pte_t,
        vma: &'t VmaRef,
        addresses: Range<usize>,
    ) -> Self {
        // SAFETY: `ptep` is the entry for the first address in the vma, and its lock is held.
        let next = unsafe { LockedSlot::from_raw(ptep, vma, addresses.start) };
        let end = addresses.end.min(next.addr().block::<Pmd>().end());
        // There is a first address, so that nothing overflows.
        let left = end.wrapping_sub(addresses.start) / Pte::SIZE;
        // INVARIANT: All the addresses lie in the block of the table.
        Self { next, left }
    }

    /// Reads the next entry, if there is one.
    #[inline]
    pub(super) fn entry(&mut self) -> Option<Entry<'_, Pte>> {
        (self.left != 0).then(|| self.next.entry())
    }

    /// Returns the vma that the addresses lie in.
    #[inline]
    pub(super) fn vma(&self) -> KeptVma<'t> {
        self.next.vma()
    }

    /// Returns the address of the next entry, or the end of the last.
    #[inline]
    pub(super) fn addr(&self) -> UserAddr {
        self.next.addr()
    }

    /// Returns the `n` entries before the next.
    ///
    /// # Safety
    ///
    /// The table has `n` entries before, their addresses lie in the vma, and nothing else uses them.
    #[inline]
    pub(super) unsafe fn before(&self, n: usize) -> Self {
        // SAFETY: The table has `n` entries before, and their addresses lie in the vma.
        let place = unsafe { self.next.before(n) };
        // INVARIANT: One lock is that of the whole table.
        Self {
            next: LockedSlot(place, NotThreadSafe),
            left: n,
        }
    }
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl<'t> Iterator for LockedSlots<'t> {
    type Item = LockedSlot<'t, Pte>;

    #[inline]
    fn next(&mut self) -> Option<LockedSlot<'t, Pte>> {
        self.left = self.left.checked_sub(1)?;
        // INVARIANT: One lock is that of the whole table.
        let first = LockedSlot(self.next.0, NotThreadSafe);
        // SAFETY: There is a next entry in the table, or none is left, and nothing reads or writes `next`.
        unsafe { self.next.0.advance() };
        Some(first)
    }
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
#[macros::kunit_tests(rust_pgtable_locked_slot)]
mod tests {
    use super::*;
    use crate::{
        mm::pgtable::{
            test_mm::{block_addr, TestMm},
            Pfn, Slot, Snapshot,
        },
        prelude::*,
    };

    /// How often a guard of the PTE for `address`, in bytes, goes on.
    fn steps(test: &TestMm, address: usize) -> Result<usize> {
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(address).ok_or(EFAULT)?;
        let Some(Snapshot::Table(pmd)) = Slot::find(vma, address).map(Slot::snapshot) else {
            return Err(EFAULT);
        };
        let mut guard = pmd.lock_pte().ok_or(EFAULT)?;
        let advance = (0..2 * Pmd::PAGES).take_while(|_| guard.advance());
        Ok(advance.count())
    }

    /// A guard ends with its table, wherever in a page it has started.
    #[test]
    fn guard_ends() -> Result {
        let test = TestMm::new()?;
        test.map::<Pte>(1, Pfn::new(1 << 28))?;
        let last = block_addr(1) + Pmd::SIZE - Pte::SIZE;
        assert_eq!(steps(&test, block_addr(1)), Ok(Pmd::PAGES - 1));
        assert_eq!(steps(&test, block_addr(1) + 1), Ok(Pmd::PAGES - 1));
        assert_eq!(steps(&test, last), Ok(0));
        assert_eq!(steps(&test, last + Pte::SIZE - 1), Ok(0));
        Ok(())
    }
}
