// SPDX-License-Identifier: GPL-2.0

//! Telling secondary MMUs, such as those of devices and guests, that a mapping changes.
//!
//! C header: [`include/linux/mmu_notifier.h`](srctree/include/linux/mmu_notifier.h)

// Device-exclusive entries alone ask who was told.
#![cfg_attr(not(CONFIG_DEVICE_PRIVATE), allow(dead_code))]

use super::{pgtable::UserAddr, MmWithUser};
use crate::{bindings, ffi::c_void};
use core::{marker::PhantomData, mem::MaybeUninit, ops::Range};

/// Why secondary MMUs are told. Equivalent to C's `enum mmu_notifier_event`.
#[derive(Clone, Copy)]
pub enum Event {
    /// An entry is taken away, or replaced by one for another page. Equivalent to C's
    /// `MMU_NOTIFY_CLEAR`.
    Clear,
    /// A device takes pages for itself; the listener that knows itself by the owner looks away.
    /// Equivalent to C's `MMU_NOTIFY_EXCLUSIVE`.
    Exclusive(Owner),
}

/// By what a driver knows its own notifications. Equivalent to the `owner` of C's
/// `make_device_exclusive()`.
#[derive(Clone, Copy)]
pub struct Owner(*mut c_void);

impl Owner {
    /// A driver that knows none.
    pub const NONE: Self = Self(core::ptr::null_mut());

    /// Takes what a driver in C gives: it is compared and never followed.
    #[inline]
    pub const fn from_raw(owner: *mut c_void) -> Self {
        Self(owner)
    }

    /// Returns C's owner.
    #[inline]
    pub const fn as_raw(self) -> *mut c_void {
        self.0
    }
}

/// Addresses whose mapping is about to change, and why. Equivalent to C's `struct
/// mmu_notifier_range`.
///
/// It is apart from [`Invalidated`] so that it stays where it was made, and is not copied.
pub struct InvalidateRange<'mm> {
    range: bindings::mmu_notifier_range,
    // Those of `range`.
    mm: *mut bindings::mm_struct,
    addresses: Range<usize>,
    _mm: PhantomData<&'mm MmWithUser>,
}

impl<'mm> InvalidateRange<'mm> {
    /// Creates an invalidation of `addresses`, in bytes, of `mm`, which must not be empty: KVM
    /// warns of that. Equivalent to C's `mmu_notifier_range_init_owner()`.
    #[inline]
    pub fn new(mm: &'mm MmWithUser, addresses: Range<usize>, event: Event) -> Self {
        let (event, owner) = match event {
            Event::Clear => (bindings::mmu_notifier_event_MMU_NOTIFY_CLEAR, Owner::NONE),
            Event::Exclusive(owner) => (bindings::mmu_notifier_event_MMU_NOTIFY_EXCLUSIVE, owner),
        };
        let mut range = MaybeUninit::<bindings::mmu_notifier_range>::uninit();
        // SAFETY: The function writes every field of the range.
        unsafe {
            bindings::mmu_notifier_range_init_owner(
                range.as_mut_ptr(),
                event,
                0,
                mm.as_raw(),
                addresses.start,
                addresses.end,
                owner.0,
            )
        };
        Self {
            // SAFETY: It was just written.
            range: unsafe { range.assume_init() },
            mm: mm.as_raw(),
            addresses,
            _mm: PhantomData,
        }
    }

    /// Tells all that listen, and waits until they have let go of the addresses. May sleep; a
    /// listener may take locks of its driver, but that of a folio may be held. Equivalent to C's
    /// `mmu_notifier_invalidate_range_start()`.
    #[inline]
    pub fn start(&mut self) -> Invalidated<'_> {
        // Before C sees the range: what it has seen is read again.
        let (mm, addresses) = (self.mm, self.addresses.clone());
        let range = &mut self.range;
        // SAFETY: The mm has a user while `'mm` lasts, and this may sleep.
        unsafe { bindings::mmu_notifier_invalidate_range_start(range) };
        // INVARIANT: Started just now, and ended by the drop.
        Invalidated {
            range,
            mm,
            addresses,
        }
    }
}

/// Addresses that no secondary MMU maps: `mmu_notifier_invalidate_range_start()` was called, and
/// its end will be.
///
/// # Invariants
///
/// Having one tells you that secondary MMUs of the mm have let go of `addresses`, those of `range`,
/// and map nothing of them before this is dropped.
#[must_use = "dropping it lets secondary MMUs map again at once"]
pub struct Invalidated<'r> {
    range: &'r mut bindings::mmu_notifier_range,
    mm: *mut bindings::mm_struct,
    addresses: Range<usize>,
}

impl Invalidated<'_> {
    /// Returns the proof that nobody else maps the page at `addr`, or nothing if the range has not
    /// the address.
    #[inline]
    pub fn unmapped(&self, addr: UserAddr) -> Option<Unmapped<'_>> {
        // INVARIANT: It lies in the range, which is not ended while `self` is borrowed.
        self.addresses.contains(&addr.as_raw()).then_some(Unmapped {
            mm: self.mm,
            addr,
            _range: PhantomData,
        })
    }
}

impl Drop for Invalidated<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant it was started, and not ended.
        unsafe { bindings::mmu_notifier_invalidate_range_end(self.range) };
    }
}

/// That no secondary MMU maps an address of a mm.
///
/// # Invariants
///
/// Having one tells you that secondary MMUs have let go of the address, and do not map it while
/// `'r` lasts.
#[derive(Clone, Copy)]
pub struct Unmapped<'r> {
    mm: *mut bindings::mm_struct,
    addr: UserAddr,
    _range: PhantomData<&'r ()>,
}

impl Unmapped<'_> {
    /// Takes the proof of a range that C has started.
    ///
    /// # Safety
    ///
    /// `mmu_notifier_invalidate_range_start()` was called for a range of `mm` with `addr`, and its
    /// end is called when the result is no longer used.
    #[inline]
    pub unsafe fn by_caller(mm: &MmWithUser, addr: UserAddr) -> Self {
        // INVARIANT: The contract of this function.
        Self {
            mm: mm.as_raw(),
            addr,
            _range: PhantomData,
        }
    }

    /// Whether it is `addr` of `mm`.
    #[inline]
    pub(super) fn is_of(&self, mm: *mut bindings::mm_struct, addr: UserAddr) -> bool {
        self.mm == mm && self.addr == addr
    }
}
