// SPDX-License-Identifier: GPL-2.0

//! The vma of an entry, whichever lock keeps it.
//!
//! C header: [`include/linux/mm_types.h`](srctree/include/linux/mm_types.h)

use crate::{
    bindings,
    mm::{
        pfnmap::VmaPfnMap,
        virt::{flags, vm_flags_t, VmaRef},
        MmWithUser,
    },
};
use core::marker::PhantomData;

/// A vma that is kept by the mmap lock, by its own, or by the `i_mmap_rwsem` of its file's mapping: under
/// the last alone it is not a [`VmaRef`].
///
/// # Invariants
///
/// While `'t` lasts the vma is alive, and keeps its mm and its bounds. It is not of hugetlb, which shares
/// and unshares tables of PMDs.
#[derive(Clone, Copy)]
pub(in crate::mm) struct KeptVma<'t>(*mut bindings::vm_area_struct, PhantomData<&'t VmaRef>);

impl<'t> From<&'t VmaPfnMap> for KeptVma<'t> {
    #[inline]
    fn from(vma: &'t VmaPfnMap) -> Self {
        // INVARIANT: By that of `VmaRef` the mmap lock or the vma lock is held; by that of `VmaPfnMap` it is
        // not of hugetlb.
        Self(vma.as_ptr(), PhantomData)
    }
}

/// A mm that is kept by one of its vmas, or by a user.
///
/// # Invariants
///
/// While `'t` lasts the mm is alive.
#[derive(Clone, Copy)]
pub(in crate::mm) struct KeptMm<'t>(*mut bindings::mm_struct, PhantomData<&'t MmWithUser>);

impl<'t> From<&'t MmWithUser> for KeptMm<'t> {
    #[inline]
    fn from(mm: &'t MmWithUser) -> Self {
        // INVARIANT: A mm with a user is alive.
        Self(mm.as_raw(), PhantomData)
    }
}

impl KeptMm<'_> {
    /// Returns C's mm.
    #[inline]
    pub(super) fn as_ptr(self) -> *mut bindings::mm_struct {
        self.0
    }
}

/// The fields of a vma.
macro_rules! fields {
    ($($(#[$doc:meta])* fn $name:ident() -> $ty:ty = $($field:ident).+;)*) => { $(
        $(#[$doc])*
        #[inline]
        pub(in crate::mm) fn $name(self) -> $ty {
            // SAFETY: By the type invariant the vma is alive.
            unsafe { (*self.0).$($field).+ }
        }
    )* };
}

/// Safe functions for C's functions of a vma, and of an entry that is made for it.
///
/// # Safety
///
/// `unsafe extern` vouches for what stands in it: a function of C takes any value, and asks nothing of
/// the vma but that it is alive.
macro_rules! by_vma {
    (unsafe extern { $(
        $(#[$doc:meta])* fn $name:ident($($raw:ident: $ty:ty)?) -> $ret:ty = $c:ident;
    )* }) => { $(
        $(#[$doc])*
        #[inline]
        pub(super) fn $name(self $(, $raw: $ty)?) -> $ret {
            // SAFETY: By the contract of the macro, as by the type invariant the vma is alive.
            unsafe { bindings::$c($($raw,)? self.as_ptr()) }
        }
    )* };
}

pub(super) use by_vma;

impl<'t> KeptVma<'t> {
    /// Wraps a vma that is locked. Returns `None` if it is of hugetlb.
    #[inline]
    pub(super) fn of(vma: &'t VmaRef) -> Option<Self> {
        // INVARIANT: By that of `VmaRef` the mmap lock or the vma lock is held; the flag does not change.
        (vma.flags() & flags::HUGETLB == 0).then_some(Self(vma.as_ptr(), PhantomData))
    }

    /// Wraps a vma that C has locked. Returns `None` if it maps no device memory.
    ///
    /// # Safety
    ///
    /// `vma` points at a vma, and one of the locks is held while `'t` lasts.
    #[inline]
    pub(super) unsafe fn of_pfnmap(vma: *mut bindings::vm_area_struct) -> Option<Self> {
        // INVARIANT: One of the locks is held. Device memory is not of hugetlb, and no other vma is
        // returned; the two flags do not change.
        let vma = Self(vma, PhantomData);
        (vma.flags() & (flags::IO | flags::PFNMAP) != 0).then_some(vma)
    }

    /// Wraps a vma that C has locked.
    ///
    /// # Safety
    ///
    /// `vma` points at a vma that is not of hugetlb, and one of the locks is held while `'t` lasts.
    #[inline]
    pub(super) unsafe fn new(vma: *mut bindings::vm_area_struct) -> Self {
        // INVARIANT: One of the locks is held.
        Self(vma, PhantomData)
    }

    /// Returns C's vma.
    #[inline]
    pub(in crate::mm) fn as_ptr(self) -> *mut bindings::vm_area_struct {
        self.0
    }

    /// Returns the mm.
    #[inline]
    pub(super) fn kept_mm(self) -> KeptMm<'t> {
        // INVARIANT: By the type invariant the vma keeps its mm.
        KeptMm(self.mm(), PhantomData)
    }

    fields! {
        /// Returns C's mm.
        fn mm() -> *mut bindings::mm_struct = vm_mm;

        /// Returns the flags. They may change if the `i_mmap_rwsem` alone is held.
        fn flags() -> vm_flags_t = __bindgen_anon_2.vm_flags;

        /// Returns where it starts, in bytes.
        fn start() -> usize = __bindgen_anon_1.__bindgen_anon_1.vm_start;

        /// Returns where it ends, in bytes.
        fn end() -> usize = __bindgen_anon_1.__bindgen_anon_1.vm_end;
    }

    #[cfg(CONFIG_DEVICE_PRIVATE)]
    // SAFETY: They read the flags and the protection of the vma.
    by_vma! { unsafe extern {
        /// Returns the protection of what is mapped there. Equivalent to C's `vm_page_prot`.
        fn page_prot() -> bindings::pgprot_t = vma_page_prot;

        /// Whether userfaultfd handles accesses or writes.
        fn userfaultfd_protected() -> bool = userfaultfd_protected;

        /// Takes accesses from a PTE if userfaultfd handles them.
        fn protect_rwp(pte: bindings::pte_t) -> bindings::pte_t = pte_protect_rwp;

        /// Lets user space write. Equivalent to C's `pte_mkwrite()`.
        fn mkwrite(pte: bindings::pte_t) -> bindings::pte_t = pte_mkwrite;
    } }

    /// Flushes the translations of PTEs, of `addresses`, in bytes. Equivalent to C's
    /// `flush_tlb_range()`.
    // Inlined, it is 100 bytes, and a call is one instruction more: it ends in a jump.
    #[cfg(CONFIG_DEVICE_PRIVATE)]
    #[inline(never)]
    pub(super) fn flush_tlb(self, addresses: core::ops::Range<usize>) {
        // SAFETY: By the type invariant the vma is alive. Any translation may be flushed.
        unsafe { bindings::flush_tlb_ptes(self.as_ptr(), addresses.start, addresses.end) };
    }
}
