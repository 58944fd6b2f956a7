// SPDX-License-Identifier: GPL-2.0

//! Telling secondary MMUs, such as those of devices and guests, that a mapping changes.
//!
//! C header: [`include/linux/mmu_notifier.h`](srctree/include/linux/mmu_notifier.h)

// Only device-exclusive entries need the proof.
#![cfg_attr(not(CONFIG_DEVICE_PRIVATE), allow(dead_code))]

#[cfg(CONFIG_KUNIT = "y")]
use super::virt::VmaRef;
use super::{
    pgtable::{Level, LockedSlot, Slot, TableLevel},
    MmWithUser, //
};
use crate::{bindings, ffi::c_void};
use core::{cell::UnsafeCell, marker::PhantomData, mem::MaybeUninit, ops::Range};

/// Every secondary MMU lets go: the entry is taken away, or replaced by one for another page.
/// Equivalent to C's `MMU_NOTIFY_CLEAR`.
pub enum All {}

/// Every secondary MMU lets go but that of the [`Owner`]: a device takes pages for itself.
/// Equivalent to C's `MMU_NOTIFY_EXCLUSIVE`.
pub enum Others {}

/// Identifies the notifications that a driver causes itself. Equivalent to the `owner` of C's
/// `make_device_exclusive()`.
#[derive(Clone, Copy)]
pub struct Owner(*mut c_void);

/// A static whose address identifies a driver.
// The linker may merge equal constants, but not what can be written to.
#[derive(Default)]
pub struct OwnerId(UnsafeCell<u8>);

// SAFETY: Nothing but the address is used.
unsafe impl Sync for OwnerId {}

impl OwnerId {
    /// Creates one.
    pub const fn new() -> Self {
        Self(UnsafeCell::new(0))
    }
}

impl Owner {
    /// No owner: the driver does not tell its own notifications apart.
    pub const NONE: Self = Self(core::ptr::null_mut());

    /// The driver whose static `id` is.
    #[inline]
    pub const fn of(id: &'static OwnerId) -> Self {
        Self(id.0.get().cast())
    }

    /// Wraps what a driver in C gives: it is compared and never followed.
    ///
    /// # Safety
    ///
    /// It is the owner of the driver that takes the pages: a driver does not invalidate what it maps
    /// itself for a notification of its own.
    #[inline]
    pub const unsafe fn from_raw(owner: *mut c_void) -> Self {
        Self(owner)
    }

    /// Returns C's owner.
    #[inline]
    pub const fn as_raw(self) -> *mut c_void {
        self.0
    }
}

/// Addresses whose mapping is about to change, and which secondary MMUs let go of them: [`All`] or
/// [`Others`].
/// Equivalent to C's `struct mmu_notifier_range`.
///
/// [`Invalidated`] is a type of its own, so that the C struct is neither moved nor copied between
/// start and end. The lock that is borrowed keeps listeners from being added in between. The
/// addresses are never empty: listeners compute with them, and KVM warns.
pub struct InvalidateRange<'l, T> {
    range: bindings::mmu_notifier_range,
    // Those of `range`.
    mm: *mut bindings::mm_struct,
    addresses: Range<usize>,
    _told: PhantomData<(&'l MmWithUser, T)>,
}

impl<'l> InvalidateRange<'l, All> {
    /// Creates an invalidation of the block of level `L` around the address of `slot`. What keeps the
    /// table of the slot keeps listeners from being added meanwhile. Equivalent to C's
    /// `mmu_notifier_range_init()`.
    #[inline]
    pub fn clear<L: Level>(slot: &Slot<'l, impl TableLevel>) -> Self {
        let place = slot.place();
        let start = place.addr().block::<L>().as_raw();
        // A block of user space is not the last of all.
        let addresses = start..start.wrapping_add(L::SIZE);
        let event = bindings::mmu_notifier_event_MMU_NOTIFY_CLEAR;
        Self::new(place.mm(), addresses, event, Owner::NONE)
    }

    /// As [`InvalidateRange::clear()`], of any addresses of the mm of `vma`, in bytes, or `None` if
    /// they are empty.
    #[cfg(CONFIG_KUNIT = "y")]
    pub(super) fn clear_range(vma: &'l VmaRef, addresses: Range<usize>) -> Option<Self> {
        let event = bindings::mmu_notifier_event_MMU_NOTIFY_CLEAR;
        let mm = vma.mm().as_raw();
        (!addresses.is_empty()).then(|| Self::new(mm, addresses, event, Owner::NONE))
    }
}

#[cfg(CONFIG_DEVICE_PRIVATE)]
impl<'l> InvalidateRange<'l, Others> {
    /// Creates an invalidation of `addresses`, in bytes, for pages that `owner` takes below the mmap
    /// lock, or returns `None` if they are empty. Equivalent to C's
    /// `mmu_notifier_range_init_owner()`.
    #[inline]
    pub fn exclusive(
        mmap: &'l super::MmapReadGuard<'_>,
        addresses: Range<usize>,
        owner: Owner,
    ) -> Option<Self> {
        let event = bindings::mmu_notifier_event_MMU_NOTIFY_EXCLUSIVE;
        let mm = mmap.mm().as_raw();
        (!addresses.is_empty()).then(|| Self::new(mm, addresses, event, owner))
    }
}

impl<'l, T> InvalidateRange<'l, T> {
    #[inline]
    fn new(
        mm: *mut bindings::mm_struct,
        addresses: Range<usize>,
        event: bindings::mmu_notifier_event,
        owner: Owner,
    ) -> Self {
        let mut range = MaybeUninit::<bindings::mmu_notifier_range>::uninit();
        // SAFETY: The function writes every field of the range.
        unsafe {
            bindings::mmu_notifier_range_init_owner(
                range.as_mut_ptr(),
                event,
                0,
                mm,
                addresses.start,
                addresses.end,
                owner.0,
            )
        };
        Self {
            // SAFETY: It was just written.
            range: unsafe { range.assume_init() },
            mm,
            addresses,
            _told: PhantomData,
        }
    }

    /// Notifies the secondary MMUs, and waits until they no longer map the addresses. May sleep, and
    /// a listener may take locks of its driver; the lock of a folio may be held. Equivalent to C's
    /// `mmu_notifier_invalidate_range_start()`.
    #[inline]
    pub fn start(&mut self) -> Invalidated<'_, T> {
        // Made before C sees the range: afterwards the compiler would have to read the fields again.
        let unmapped = Unmapped {
            mm: self.mm,
            start: self.addresses.start,
            end: self.addresses.end,
            _range: PhantomData,
        };
        let range = &mut self.range;
        // SAFETY: The mm is not freed, and a lock below which no listener is added is held, while `'l`
        // lasts; this may sleep.
        unsafe { bindings::mmu_notifier_invalidate_range_start(range) };
        // INVARIANT: Started just now, and ended by the drop.
        Invalidated { range, unmapped }
    }
}

/// Addresses that secondary MMUs do not map: `mmu_notifier_invalidate_range_start()` was called,
/// and `mmu_notifier_invalidate_range_end()` will be.
///
/// # Invariants
///
/// `range` was started and not ended. `unmapped` is what it says.
#[must_use = "dropping it lets secondary MMUs map again at once"]
pub struct Invalidated<'r, T> {
    range: &'r mut bindings::mmu_notifier_range,
    unmapped: Unmapped<'r, T>,
}

impl<T> Invalidated<'_, T> {
    /// Returns the proof that the addresses are not mapped.
    #[inline]
    pub fn unmapped(&self) -> Unmapped<'_, T> {
        // INVARIANT: The range is not ended while `self` is borrowed.
        self.unmapped
    }
}

impl<T> Drop for Invalidated<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant it was started, and not ended.
        unsafe { bindings::mmu_notifier_invalidate_range_end(self.range) };
    }
}

/// The proof that secondary MMUs, [`All`] or [`Others`], do not map some addresses.
///
/// # Invariants
///
/// Those that `T` names have let go of the addresses of `mm` from `start` up to `end`, and map none
/// of them while `'r` lasts.
pub struct Unmapped<'r, T = All> {
    mm: *mut bindings::mm_struct,
    start: usize,
    end: usize,
    _range: PhantomData<(&'r (), T)>,
}

impl<T> Clone for Unmapped<'_, T> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Unmapped<'_, T> {}

impl<T> Unmapped<'_, T> {
    /// Makes the proof of a range that C has started: `addresses`, in bytes, of `mm`.
    ///
    /// # Safety
    ///
    /// `mmu_notifier_invalidate_range_start()` was called for these addresses, with an event for which
    /// those that `T` names let go of what is about to change, and its end is called when the result
    /// is no longer used.
    #[inline]
    pub unsafe fn by_caller(mm: *mut bindings::mm_struct, addresses: Range<usize>) -> Self {
        // INVARIANT: The caller has started an invalidation of the addresses.
        Self {
            mm,
            start: addresses.start,
            end: addresses.end,
            _range: PhantomData,
        }
    }

    /// Whether all of the block that the entry maps is among the addresses.
    #[inline]
    pub(super) fn covers<L: Level>(&self, slot: &LockedSlot<'_, L>) -> bool {
        let start = slot.start();
        // A block of user space is not the last of all.
        let end = start.wrapping_add(L::SIZE);
        self.mm == slot.mm() && self.start <= start && end <= self.end
    }
}
