// SPDX-License-Identifier: GPL-2.0

//! Looking up device memory that user space has mapped.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use crate::{
    bindings,
    error::to_result,
    mm::{
        pgtable::{accessors::by_value, MappedPfn, Pfn},
        virt::VmaRef,
        MmapReadGuard,
    },
    prelude::*,
    types::NotThreadSafe,
};
use core::marker::PhantomData;

/// A mapping of device memory that cannot change: its page-table lock is held.
///
/// The lock is a spinlock. Do not sleep, and do not look up a second mapping, while a guard lives.
///
/// Equivalent to C's `follow_pfnmap_start()` and `follow_pfnmap_end()`.
///
/// # Invariants
///
/// `args` is as a successful `follow_pfnmap_start()` on this thread left it, and `follow_pfnmap_end()`
/// was not called. The mmap lock is held while `'v` lasts.
///
/// # Examples
///
/// The frame is gone with the guard, so what depends on it happens before:
///
/// ```
/// use kernel::mm::{pfnmap::PfnmapGuard, virt::VmaRef, MmapReadGuard};
///
/// /// Whether user space can write the device register at `address`, which is mapped to `pfn`.
/// fn may_write(
///     mmap: &MmapReadGuard<'_>,
///     vma: &VmaRef,
///     address: usize,
///     pfn: usize,
/// ) -> Result<bool> {
///     let mapping = PfnmapGuard::start(mmap, vma, address)?;
///     Ok(mapping.pfn().as_raw() == pfn && mapping.writable())
/// }
/// ```
#[must_use = "dropping it ends the lookup at once"]
pub struct PfnmapGuard<'v> {
    args: bindings::follow_pfnmap_args,
    _vma: PhantomData<&'v VmaRef>,
    _nts: NotThreadSafe,
}

impl<'v> PfnmapGuard<'v> {
    /// Looks up the mapping of `address`, in bytes, in `vma`, and locks it.
    ///
    /// Fails with [`EINVAL`] if `vma` is not of the mm that `mmap` locks, maps no device memory or
    /// does not contain the address, or if nothing is mapped there yet.
    #[inline]
    pub fn start(
        mmap: &'v MmapReadGuard<'_>,
        vma: &'v VmaRef,
        address: usize,
    ) -> Result<PfnmapGuard<'v>> {
        if vma.mm().as_raw() != mmap.mm.as_raw() {
            return Err(EINVAL);
        }
        let mut args: bindings::follow_pfnmap_args = pin_init::zeroed();
        args.vma = vma.as_ptr();
        args.address = address;
        // SAFETY: `args` is valid and zeroed but for its inputs, and `mmap` holds the mmap lock of
        // the vma longer than the guard lives.
        to_result(unsafe { bindings::follow_pfnmap_start(&mut args) })?;
        // INVARIANT: The lookup has just succeeded, and `'v` borrows the mmap lock.
        Ok(Self {
            args,
            _vma: PhantomData,
            _nts: NotThreadSafe,
        })
    }

    /// Returns the frame that the address is mapped to.
    #[inline]
    pub fn pfn(&self) -> MappedPfn<'_> {
        // SAFETY: By the type invariant C holds the lock until the guard is dropped.
        unsafe { MappedPfn::new(Pfn::new(self.args.pfn)) }
    }

    /// Returns the mask that an address has to be ANDed with for the start of the entry: `PAGE_MASK`,
    /// `PMD_MASK` or `PUD_MASK`.
    #[inline]
    pub fn addr_mask(&self) -> usize {
        self.args.addr_mask
    }

    /// Returns protection and cache mode of the mapping.
    #[inline]
    pub fn pgprot(&self) -> Pgprot<'_> {
        // INVARIANT: C holds the lock until the guard, which the result borrows, is dropped.
        Pgprot(self.args.pgprot, PhantomData)
    }

    /// Whether user space may write through the mapping.
    #[inline]
    pub fn writable(&self) -> bool {
        self.args.writable
    }

    /// Whether the entry has the special bit: no `struct page` of the frame may be used.
    #[inline]
    pub fn special(&self) -> bool {
        self.args.special
    }
}

impl Drop for PfnmapGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant the lookup succeeded on this thread and was not ended.
        unsafe { bindings::follow_pfnmap_end(&mut self.args) };
    }
}

/// Protection and cache mode of a mapping, in the architecture's bits. Equivalent to C's
/// `pgprot_t`.
///
/// # Invariants
///
/// A leaf has them while `'g` lasts, which borrows the guard that holds its lock.
#[derive(Clone, Copy)]
pub struct Pgprot<'g>(bindings::pgprot_t, PhantomData<&'g ()>);

impl Pgprot<'_> {
    /// Returns the bits. Equivalent to C's `pgprot_val()`.
    #[inline]
    pub fn bits(self) -> u64 {
        pgprot_val(self.0)
    }
}

// SAFETY: It takes a number out of its type.
by_value! { unsafe extern {
    fn pgprot_val(prot: bindings::pgprot_t) -> u64 = pgprot_val;
} }
