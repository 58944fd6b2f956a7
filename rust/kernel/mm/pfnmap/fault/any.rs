// SPDX-License-Identifier: GPL-2.0

//! A fault of any level, which an order names at run time.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{misuse_of_vma, Done, Fault, FaultError, InsertLevel, LiveFault};
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use crate::mm::pgtable::Level;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use crate::mm::pgtable::Pmd;
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use crate::mm::pgtable::Pud;
use crate::{
    bindings, ffi,
    mm::{
        pfnmap::{DeviceFrames, VmaPfnMap},
        pgtable::Pte,
    },
};

/// A fault at the level that an order names.
///
/// Equivalent to the `switch (order)` of a `huge_fault` handler in C.
pub enum AnyFault<'f> {
    /// Order 0.
    Pte(Fault<'f, Pte>),
    /// `PMD_ORDER`.
    #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
    Pmd(Fault<'f, Pmd>),
    /// `PUD_ORDER`.
    #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
    Pud(Fault<'f, Pud>),
}

/// Does one thing at whatever level a fault is.
pub trait Serve<'f> {
    /// Serves the fault at its level.
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError>;
}

impl<'f> AnyFault<'f> {
    /// Wraps C's fault of `order`, in powers of two of pages. Fails with
    /// [`FaultError::Fallback`] for an order that no level has, and with [`FaultError::Sigbus`] and
    /// a warning if frames may not be inserted into its vma.
    ///
    /// # Safety
    ///
    /// `vmf` is a live fault that C serves at `order`, whose vma is locked while `'f` lasts.
    #[inline]
    pub unsafe fn from_raw(
        vmf: *mut bindings::vm_fault,
        order: ffi::c_uint,
    ) -> Result<Self, FaultError> {
        // SAFETY: The fault is live, and its vma locked.
        let fault = unsafe { LiveFault::from_raw(vmf) };
        let vma = fault.pfnmap_vma().ok_or_else(misuse_of_vma)?;
        // SAFETY: The vma is the fault's, which C serves at `order`.
        unsafe { Self::new(fault, vma, order) }
    }

    /// Wraps C's fault of `order`, whose vma was checked. Fails with [`FaultError::Fallback`]
    /// for an order that no level has.
    ///
    /// # Safety
    ///
    /// C serves the fault at `order`, and `vma` is the fault's.
    #[inline]
    pub unsafe fn new(
        fault: LiveFault<'f>,
        vma: &'f VmaPfnMap,
        order: ffi::c_uint,
    ) -> Result<Self, FaultError> {
        match order {
            // SAFETY: The order is the level's, and the vma the fault's.
            0 => Ok(Self::Pte(unsafe { Fault::new(fault, vma) })),
            #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
            // SAFETY: The order is the level's, and the vma the fault's.
            Pmd::ORDER => Ok(Self::Pmd(unsafe { Fault::new(fault, vma) })),
            #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
            // SAFETY: The order is the level's, and the vma the fault's.
            Pud::ORDER => Ok(Self::Pud(unsafe { Fault::new(fault, vma) })),
            _ => Err(FaultError::Fallback),
        }
    }

    /// Does `work` at the fault's level.
    #[inline]
    pub fn serve(&self, work: impl Serve<'f>) -> Result<Done<'f>, FaultError> {
        match self {
            Self::Pte(fault) => work.serve(fault),
            #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
            Self::Pmd(fault) => work.serve(fault),
            #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
            Self::Pud(fault) => work.serve(fault),
        }
    }

    /// Maps the block around the address by one entry of the fault's level: an insert by order. Fails
    /// as [`Fault::insert()`] does.
    ///
    /// Equivalent to C's `vmf_insert_pfn_order()`.
    #[inline]
    pub fn insert(&self, device: &DeviceFrames) -> Result<Done<'f>, FaultError> {
        self.serve(Insert(device))
    }
}

struct Insert<'a>(&'a DeviceFrames);

impl<'f> Serve<'f> for Insert<'_> {
    #[inline]
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        fault.insert(self.0)
    }
}
