// SPDX-License-Identifier: GPL-2.0-only

//! Faults on the BARs that vfio-pci shows to user space.
//!
//! A BAR is mapped by its faults alone, and only while the device answers: `memory_lock` is held for
//! reading from the look at the command register to the insert, and whoever turns memory off or puts
//! the device to sleep holds it for writing and unmaps every BAR.
//!
//! C header: [`include/linux/vfio_pci_core.h`](srctree/include/linux/vfio_pci_core.h)

use core::{marker::PhantomData, ptr::NonNull};
use kernel::{
    bindings,
    ffi::{c_uint, c_ulong},
    mm::{
        fault::{AnyFault, Done, Fault, FaultError, InsertLevel, Serve},
        pgtable::{DeviceBlock, DeviceFrames, Level, Pfn, VmaBlock, VmaPfnMap},
        vm_ops::into_raw,
    },
    page::PAGE_SHIFT,
    prelude::*,
};

/// The place in a BAR that a page offset of the device file names: the bits above are the region's.
const PAGE_IN_BAR: usize = (1 << REGION_SHIFT) - 1;

const REGION_SHIFT: u32 = bindings::VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT as u32;

/// A device that a vma maps. C twin: `struct vfio_pci_core_device *`.
///
/// # Invariants
///
/// Having one tells you that the device is open while `'d` lasts.
#[derive(Clone, Copy)]
struct Device<'d>(NonNull<bindings::vfio_pci_core_device>, PhantomData<&'d ()>);

impl<'d> Device<'d> {
    /// # Safety
    ///
    /// `device` is open while `'d` lasts.
    unsafe fn new(device: *mut bindings::vfio_pci_core_device) -> Self {
        // INVARIANT: The contract of this function is the invariant.
        // SAFETY: A device has an address.
        Self(unsafe { NonNull::new_unchecked(device) }, PhantomData)
    }

    fn as_ptr(self) -> *mut bindings::vfio_pci_core_device {
        self.0.as_ptr()
    }

    /// Returns the frames that a block of a vma shows, or nothing if they are no block. C twin:
    /// `vma_to_pfn()`.
    ///
    /// # Safety
    ///
    /// The vma is one of `vfio_pci_core_mmap()`, and the device is its.
    unsafe fn shown_at<L: Level>(self, block: &VmaBlock<'_, L>) -> Option<DeviceBlock<L>> {
        let pgoff = block.vma().pgoff();
        // SAFETY: By the type invariant the device is open, and so has its PCI device.
        let pdev = unsafe { (*self.as_ptr()).pdev };
        // SAFETY: The device is alive, and the number is that of a BAR: `mmap()` has seen to it.
        let start = unsafe { bindings::pci_resource_start(pdev, (pgoff >> REGION_SHIFT) as i32) };
        let first = (start as usize >> PAGE_SHIFT) + (pgoff & PAGE_IN_BAR) + block.page_in_vma();
        // SAFETY: The block lies in the vma, and that in the BAR, as `mmap()` has found. The BAR
        // belongs to user space while the device is open, and is unmapped before it is closed.
        unsafe { DeviceFrames::new(Pfn::new(first), L::PAGES) }.block(0)
    }

    /// Waits until nobody turns memory on or off.
    fn memory(self) -> MemoryLock<'d> {
        // SAFETY: By the type invariant the device is open.
        unsafe { bindings::down_read(&raw mut (*self.as_ptr()).memory_lock) };
        // INVARIANT: The lock was just taken.
        MemoryLock(self)
    }

    /// Returns the proof that the device answers, or nothing if it does not.
    ///
    /// # Safety
    ///
    /// `memory_lock` is held for reading while `'m` lasts.
    unsafe fn answering<'m>(self) -> Option<Answering<'m>> {
        // SAFETY: By the type invariant the device is open.
        let asleep = unsafe { (*self.as_ptr()).pm_runtime_engaged };
        // SAFETY: As above; the lock is held by the contract of this function.
        let answers = !asleep && unsafe { bindings::__vfio_pci_memory_enabled(self.as_ptr()) };
        // INVARIANT: It answers, and the lock is held by the contract of this function.
        answers.then_some(Answering(PhantomData))
    }
}

/// The `memory_lock` of a device, held for reading.
///
/// # Invariants
///
/// Having one tells you that this thread holds it.
struct MemoryLock<'d>(Device<'d>);

impl MemoryLock<'_> {
    fn answering(&self) -> Option<Answering<'_>> {
        // SAFETY: By the type invariant the lock is held, until the borrow ends.
        unsafe { self.0.answering() }
    }
}

impl Drop for MemoryLock<'_> {
    fn drop(&mut self) {
        // SAFETY: By the type invariant this thread holds the lock.
        unsafe { bindings::up_read(&raw mut (*self.0.as_ptr()).memory_lock) };
    }
}

/// A device that decodes memory and is awake.
///
/// # Invariants
///
/// Having one tells you that this cannot end while `'m` lasts.
struct Answering<'m>(PhantomData<&'m ()>);

impl Answering<'_> {
    /// Maps a block of a BAR: there is no other way in this file.
    fn insert<'f, L: InsertLevel>(
        &self,
        fault: &Fault<'f, L>,
        frames: DeviceBlock<L>,
    ) -> Result<Done<'f>, FaultError> {
        fault.insert(frames)
    }
}

impl<'f> Serve<'f> for Device<'_> {
    #[inline]
    fn serve<L: InsertLevel>(self, fault: &Fault<'f, L>) -> Result<Done<'f>, FaultError> {
        let block = fault.block().ok_or(FaultError::Fallback)?;
        // SAFETY: The one caller has the device from the vma of the fault.
        let frames = unsafe { self.shown_at(&block) }.ok_or(FaultError::Fallback)?;
        let memory = self.memory();
        let device = memory.answering().ok_or(FaultError::Sigbus)?;
        device.insert(fault, frames)
    }
}

/// Serves a fault of one page.
///
/// # Safety
///
/// `vmf` is a live fault, the lock of its vma is held, and the vma is one of `vfio_pci_core_mmap()`.
#[export]
unsafe extern "C" fn vfio_pci_mmap_page_fault(vmf: *mut bindings::vm_fault) -> bindings::vm_fault_t {
    // SAFETY: The contract of this function.
    match unsafe { vfio_pci_mmap_huge_fault(vmf, 0) } {
        // There is no lower level to fall back to.
        bindings::vm_fault_reason_VM_FAULT_FALLBACK => FaultError::Sigbus.into_raw(),
        ret => ret,
    }
}

/// Serves a fault of an order.
///
/// # Safety
///
/// As for [`vfio_pci_mmap_page_fault()`], and C serves the fault at `order`.
#[export]
unsafe extern "C" fn vfio_pci_mmap_huge_fault(
    vmf: *mut bindings::vm_fault,
    order: c_uint,
) -> bindings::vm_fault_t {
    // SAFETY: The fault is live by the contract of this function.
    let vma = unsafe { (*vmf).__bindgen_anon_1.vma };
    // SAFETY: The vma is alive, and the file that it holds keeps the device open.
    let device = unsafe { Device::new((*vma).vm_private_data.cast()) };
    // SAFETY: `mmap()` lets shared vmas alone pass, and sets `VM_PFNMAP`.
    let vma = unsafe { VmaPfnMap::from_raw(vma) };
    // SAFETY: The contract of this function.
    let served = unsafe { AnyFault::new(vmf, vma, order) }.and_then(|fault| fault.serve(device));
    let ret = into_raw(served);
    // SAFETY: The fault is live, and its device open.
    unsafe { bindings::vfio_pci_fault_debug(vmf, order, ret) };
    ret
}

/// Inserts a block for a variant driver, as `include/linux/vfio_pci_core.h` promises.
///
/// # Safety
///
/// `vmf` is a live fault that C serves at `order`, and the lock of its vma is held; `vdev` is open,
/// and its `memory_lock` held for reading; the driver shows the frames to user space, and unmaps them
/// when memory is turned off.
#[export]
unsafe extern "C" fn vfio_pci_vmf_insert_pfn(
    vdev: *mut bindings::vfio_pci_core_device,
    vmf: *mut bindings::vm_fault,
    pfn: c_ulong,
    order: c_uint,
) -> bindings::vm_fault_t {
    // SAFETY: The device is open by the contract of this function.
    unsafe { bindings::vfio_pci_memory_lock_assert(vdev) };
    // SAFETY: As above.
    let device = unsafe { Device::new(vdev) };
    // SAFETY: The lock is held by the contract of this function.
    if unsafe { device.answering() }.is_none() {
        return FaultError::Sigbus.into_raw();
    }
    // SAFETY: The contract of this function.
    unsafe { bindings::vmf_insert_pfn_order(vmf, pfn, order) }
}
