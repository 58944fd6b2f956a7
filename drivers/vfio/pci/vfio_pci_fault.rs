// SPDX-License-Identifier: GPL-2.0-only

//! Faults on the BARs that vfio-pci shows to user space.
//!
//! Only faults map a BAR, and only while the device answers: `memory_lock` is held for reading from
//! the check of the command register to the insert. It is held for writing when memory is turned off
//! or the device is put to sleep, which unmaps every BAR.
//!
//! C header: [`include/linux/vfio_pci_core.h`](srctree/include/linux/vfio_pci_core.h)

#![deny(unsafe_code)]

use kernel::mm::{
    pfnmap::fault::{Done, Fault, FaultError, InsertLevel, Serve},
    pgtable::{Level, Pte},
};

#[allow(unsafe_code)]
#[path = "vfio_pci_ffi.rs"]
mod ffi;

use ffi::BarVma;

impl<'f> Serve<'f> for BarVma<'f> {
    #[inline]
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        self.map(fault).map_err(|error| match error {
            // There is no lower level to fall back to.
            FaultError::Fallback if L::SIZE == Pte::SIZE => FaultError::Sigbus,
            error => error,
        })
    }
}

impl<'f> BarVma<'f> {
    /// Maps the block around the address, if there are one of addresses and one of frames for it.
    #[inline]
    fn map<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        let block = self.block(fault).ok_or(FaultError::Fallback)?;
        let memory = block.lock_memory();
        fault.insert_block(memory.frames().ok_or(FaultError::Sigbus)?)
    }
}
