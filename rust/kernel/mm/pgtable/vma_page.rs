// SPDX-License-Identifier: GPL-2.0

//! A page of addresses inside a vma of any kind.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{Level, Pte, UserAddr};
use crate::{
    bindings,
    mm::{
        virt::{flags, VmaRef},
        MmWithUser,
    },
};
use core::ops::Range;

/// A page of addresses inside a vma. Equivalent to C's `vmf->vma` and `vmf->address`.
///
/// # Invariants
///
/// `addr` is the address of a page in `vma`, which is not of hugetlb. `mm` is that of `vma`.
pub struct VmaPage<'v> {
    vma: &'v VmaRef,
    // That of the vma, read once.
    mm: &'v MmWithUser,
    addr: UserAddr,
}

impl<'v> VmaPage<'v> {
    /// Returns the page around `address`, in bytes, or nothing if it lies outside the vma, or the
    /// vma is of hugetlb.
    ///
    /// # Examples
    ///
    /// ```
    /// use kernel::mm::{pgtable::VmaPage, virt::VmaRef};
    ///
    /// /// Where the page of the first address starts.
    /// fn first(vma: &VmaRef) -> Option<usize> {
    ///     Some(VmaPage::new(vma, vma.start())?.addr().as_raw())
    /// }
    /// ```
    #[inline]
    pub fn new(vma: &'v VmaRef, address: usize) -> Option<Self> {
        let inside = vma.start() <= address && address < vma.end();
        if !inside || vma.flags() & flags::HUGETLB != 0 {
            return None;
        }
        // INVARIANT: As found; a vma starts and ends between pages.
        let addr = UserAddr::new(UserAddr::new(address).block::<Pte>().as_raw());
        let mm = vma.mm();
        Some(Self { vma, mm, addr })
    }

    /// Takes the page of a fault.
    ///
    /// # Safety
    ///
    /// `vmf` is a live fault, and its vma, which is not of hugetlb, stays locked while `'v` lasts.
    #[inline]
    pub unsafe fn of_fault(vmf: *const bindings::vm_fault) -> Self {
        // SAFETY: The fault is live.
        let fault = unsafe { &(*vmf).__bindgen_anon_1 };
        // SAFETY: A live fault has a vma, whose lock is held.
        let vma = unsafe { VmaRef::from_raw(fault.vma) };
        // INVARIANT: The address of a live fault is that of a page in its vma.
        Self {
            vma,
            mm: vma.mm(),
            addr: UserAddr::new(fault.address),
        }
    }

    /// Returns the vma.
    #[inline]
    pub fn vma(&self) -> &'v VmaRef {
        self.vma
    }

    /// Returns the mm.
    #[inline]
    pub fn mm(&self) -> &'v MmWithUser {
        self.mm
    }

    /// Returns where the page starts.
    #[inline]
    pub fn addr(&self) -> UserAddr {
        self.addr
    }

    /// Returns the addresses of the page, in bytes.
    #[inline]
    pub fn addresses(&self) -> Range<usize> {
        // The last page of all is the kernel's.
        self.addr.as_raw()..self.addr.as_raw().wrapping_add(Pte::SIZE)
    }
}

impl VmaRef {
    /// Whether gup takes pages of the vma to write to them. Equivalent to C's `check_vma_flags()`
    /// of `mm/gup.c` for `FOLL_WRITE`.
    #[inline]
    pub fn gup_may_write(&self) -> bool {
        // SAFETY: By the type invariant the vma is alive.
        unsafe { bindings::vma_gup_may_write(self.as_ptr()) }
    }
}
