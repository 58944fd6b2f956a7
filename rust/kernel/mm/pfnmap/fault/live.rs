// SPDX-License-Identifier: GPL-2.0

//! A fault as C passes it to a handler.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::Access;
use crate::{
    bindings,
    mm::{
        pfnmap::VmaPfnMap,
        pgtable::{events, BlockAddr, Level, Pfn},
        virt::VmaRef,
    },
};
use core::{marker::PhantomData, ptr::NonNull};

/// A fault that is being handled. Equivalent to C's `struct vm_fault *`.
///
/// # Invariants
///
/// While `'f` lasts the fault is live, and the lock of its vma is held.
#[derive(Clone, Copy)]
pub struct LiveFault<'f>(NonNull<bindings::vm_fault>, PhantomData<&'f VmaRef>);

/// The fields of a fault.
macro_rules! fields {
    ($($(#[$doc:meta])* $vis:vis $name:ident: $ty:ty = $($field:ident).+;)*) => { $(
        $(#[$doc])*
        #[inline]
        $vis fn $name(self) -> $ty {
            // SAFETY: By the type invariant the fault is live.
            unsafe { (*self.as_ptr()).$($field).+ }
        }
    )* };
}

impl<'f> LiveFault<'f> {
    /// Wraps a fault of C.
    ///
    /// # Safety
    ///
    /// The type invariant.
    #[inline]
    pub unsafe fn from_raw(vmf: *mut bindings::vm_fault) -> Self {
        // INVARIANT: The caller serves the fault.
        // SAFETY: A fault has an address.
        Self(unsafe { NonNull::new_unchecked(vmf) }, PhantomData)
    }

    /// Returns C's fault.
    #[inline]
    pub fn as_ptr(self) -> *mut bindings::vm_fault {
        self.0.as_ptr()
    }

    fields! {
        /// Returns the address, in bytes.
        pub address: usize = __bindgen_anon_1.address;

        /// Returns the entry of level PMD for the address, if C has found it.
        pub pmd: *mut bindings::pmd_t = pmd;

        /// Returns the entry of level PUD for the address, if C has found it.
        pub pud: *mut bindings::pud_t = pud;

        /// Returns the page that C has found for the fault, if any.
        pub page: *mut bindings::page = page;

        /// Returns what the PTE was when C read it.
        pub orig_pte: bindings::pte_t = __bindgen_anon_2.orig_pte;

        flags: bindings::fault_flag = flags;

        vma_ptr: *mut bindings::vm_area_struct = __bindgen_anon_1.vma;
    }

    /// Returns the vma.
    #[inline]
    pub fn vma(self) -> &'f VmaRef {
        // SAFETY: By the type invariant the lock of the vma is held while `'f` lasts.
        unsafe { VmaRef::from_raw(self.vma_ptr()) }
    }

    /// Returns the vma as one for frames, or `None` if it is none.
    #[inline]
    pub fn pfnmap_vma(self) -> Option<&'f VmaPfnMap> {
        // SAFETY: A vma that faults was set up.
        unsafe { self.vma().as_pfnmap_vma() }
    }

    /// Returns what the access was. Equivalent to C's `FAULT_FLAG_WRITE`.
    #[inline]
    pub(super) fn access(self) -> Access {
        if self.is_write() {
            Access::Write
        } else {
            Access::Read
        }
    }

    /// Whether the access was a write.
    #[inline]
    pub fn is_write(self) -> bool {
        self.flags() & bindings::fault_flag_FAULT_FLAG_WRITE != 0
    }

    /// Traces that the block of level `L` which starts at frame `first` was to be mapped around the
    /// address, and what the fault ends in, a `vm_fault_t`.
    // Always inlined, as the test whether the tracepoint is on.
    #[inline(always)]
    pub fn trace_insert<L: Level>(self, first: Pfn, result: bindings::vm_fault_t) {
        events::pfnmap_insert(|| {
            let mm = self.vma().mm().into();
            let start = BlockAddr::<L>::around(self.address()).as_raw();
            [(mm, start, L::LEVEL, first.as_raw(), result)]
        });
    }
}
