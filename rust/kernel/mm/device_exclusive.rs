// SPDX-License-Identifier: GPL-2.0

//! Pages that a device alone may access, until a CPU touches them.
//!
//! C header: [`include/linux/rmap.h`](srctree/include/linux/rmap.h)

use super::{folio::LockedFolio, notifier::Owner, MmWithUser, MmapReadGuard};
use crate::{bindings, error::from_err_ptr, page::PAGE_SIZE, prelude::*};
use core::{
    marker::PhantomData,
    ptr::{null_mut, NonNull},
    sync::atomic::AtomicU64,
};

mod pages;
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
mod range;
pub use pages::{Busy, CallerMmap, ExclusivePages};
#[cfg(CONFIG_RUST_DEVICE_EXCLUSIVE)]
pub use range::ExclusiveRange;

/// A page that a device alone may access: locked, and referenced. Equivalent to what C's
/// `make_device_exclusive()` returns, and its `*foliop`.
///
/// While this lives no CPU takes the page back by touching it. The mapping may still go away, by
/// `munmap()` for example; MMU notifiers report that, and the page itself stays. Once this is dropped,
/// the device keeps the page until an MMU notifier of its driver invalidates it.
///
/// # Invariants
///
/// The page was made exclusive, and the lock of its folio, and a reference to it, are ours.
///
/// # Examples
///
/// ```
/// use kernel::{
///     mm::{device_exclusive::ExclusivePage, notifier::Owner, MmapReadGuard},
///     prelude::*,
/// };
/// use core::sync::atomic::Ordering;
///
/// /// Adds to a counter of user space; no CPU can access it meanwhile.
/// fn add(mmap: &MmapReadGuard<'_>, address: usize, n: u64) -> Result<u64> {
///     let page = ExclusivePage::make(mmap, address, Owner::NONE)?;
///     let counter = page.counter(0).ok_or(EINVAL)?;
///     Ok(counter.fetch_add(n, Ordering::Relaxed))
/// }
/// ```
#[must_use = "dropping it lets CPUs take the page back at once"]
pub struct ExclusivePage<'mm> {
    page: NonNull<bindings::page>,
    _folio: LockedFolio,
    _mm: PhantomData<&'mm MmWithUser>,
}

impl<'mm> ExclusivePage<'mm> {
    /// Takes the page at `address`, in bytes, and waits for it.
    ///
    /// Fails with [`EFAULT`] where user space could not write, with [`EINVAL`] for an address with
    /// a tag, with [`EOPNOTSUPP`] for a page that is not anonymous or of hugetlb, with [`EBUSY`]
    /// for one that changes each time before it can be taken, with [`ENOMEM`], and with [`EINTR`]
    /// if the thread is killed.
    ///
    /// Context: may sleep. Equivalent to C's `make_device_exclusive()`.
    pub fn make(mmap: &MmapReadGuard<'mm>, address: usize, owner: Owner) -> Result<Self> {
        let mut folio = null_mut();
        // SAFETY: The mmap lock is held, and `folio` is valid for writing.
        let page = from_err_ptr(unsafe {
            bindings::make_device_exclusive(mmap.mm.as_raw(), address, owner.as_raw(), &mut folio)
        })?;
        // SAFETY: C returns both or an error, and gives reference and lock away.
        let folio = unsafe { LockedFolio::from_raw(folio) };
        // INVARIANT: As C says.
        Ok(Self {
            // SAFETY: It is no error.
            page: unsafe { NonNull::new_unchecked(page) },
            _folio: folio,
            _mm: PhantomData,
        })
    }

    /// Returns the word at `offset`, in bytes, for atomic access, or `None` if there is none or it
    /// is not aligned. User space finds there what was written.
    #[inline]
    pub fn counter(&self, offset: usize) -> Option<&AtomicU64> {
        // SAFETY: By the type invariant the page is alive.
        unsafe { counter(self.page.as_ptr(), offset) }
    }
}

/// Whether the calling thread is being killed. Equivalent to C's `fatal_signal_pending(current)`.
///
/// # Examples
///
/// ```
/// use kernel::mm::device_exclusive::fatal_signal_pending;
///
/// assert!(!fatal_signal_pending());
/// ```
#[inline]
pub fn fatal_signal_pending() -> bool {
    let task = crate::current!();
    // SAFETY: The calling thread is alive.
    unsafe { bindings::fatal_signal_pending(task.as_ptr()) != 0 }
}

/// Returns a word of a page.
///
/// # Safety
///
/// A reference keeps the page, which is one of user space, while `'a` lasts.
unsafe fn counter<'a>(page: *mut bindings::page, offset: usize) -> Option<&'a AtomicU64> {
    if offset % size_of::<u64>() != 0 || offset >= PAGE_SIZE {
        return None;
    }
    // SAFETY: The page is alive; no page of a kernel of 64 bits is without an address.
    let start = unsafe { bindings::page_address(page) }.cast::<u8>();
    // SAFETY: The offset is inside the page.
    let word = unsafe { start.add(offset) }.cast();
    // SAFETY: The page stays while `'a` lasts, the word is aligned, and the rest of the kernel also
    // accesses pages of user space by volatile words.
    Some(unsafe { AtomicU64::from_ptr(word) })
}
