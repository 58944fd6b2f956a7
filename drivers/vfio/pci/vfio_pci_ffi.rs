// SPDX-License-Identifier: GPL-2.0-only

//! What C calls, and what vfio-pci knows of its devices, as values.

use core::{marker::PhantomData, ptr::NonNull};
use kernel::{
    bindings,
    ffi::{c_uint, c_ulong},
    mm::{
        fault::{AnyFault, FaultError},
        pgtable::{DeviceBlock, DeviceFrames, Level, Pfn, VmaPfnMap},
        vm_ops::into_raw,
    },
    page::PAGE_SHIFT,
    prelude::*,
};

/// The place in a BAR that a page offset of the device file names: the bits above are the region's.
const PAGE_IN_BAR: usize = (1 << REGION_SHIFT) - 1;

const REGION_SHIFT: u32 = bindings::VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT as u32;

/// A part of a BAR, which a vma shows. Equivalent to C's `struct vfio_pci_core_device *`,
/// `vma_to_pfn()`.
///
/// # Invariants
///
/// Having one tells you that `vma` is one of `vfio_pci_core_mmap()`, which has found all of it
/// inside the BAR, and that its device is open while `'d` lasts.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'d> {
    device: NonNull<bindings::vfio_pci_core_device>,
    vma: &'d VmaPfnMap,
}

impl<'d> Shown<'d> {
    /// # Safety
    ///
    /// `vma` is one of `vfio_pci_core_mmap()`.
    unsafe fn new(vma: &'d VmaPfnMap) -> Self {
        // SAFETY: `mmap()` has left the device there.
        let device = unsafe { (*vma.as_ptr()).vm_private_data };
        // INVARIANT: The contract of this function; the file that the vma holds keeps it open.
        Self {
            // SAFETY: A device has an address.
            device: unsafe { NonNull::new_unchecked(device.cast()) },
            vma,
        }
    }

    /// Returns the frames that the block of level `L` around `address`, in bytes, shows, or nothing
    /// if these are no block, or a part of it lies outside the vma.
    #[inline]
    pub(crate) fn block<L: Level>(self, address: usize) -> Option<DeviceBlock<L>> {
        let block = self.vma.block::<L>(address)?;
        let pgoff = self.vma.pgoff();
        // SAFETY: By the type invariant the device is open, and so has its PCI device.
        let pdev = unsafe { (*self.device.as_ptr()).pdev };
        // SAFETY: The device is alive, and the number is that of a BAR by the type invariant.
        let start = unsafe { bindings::pci_resource_start(pdev, (pgoff >> REGION_SHIFT) as i32) };
        let first = (start as usize >> PAGE_SHIFT) + (pgoff & PAGE_IN_BAR) + block.page_in_vma();
        // SAFETY: The block lies in the vma, and that in the BAR, by the type invariant. The BAR
        // belongs to user space while the device is open, and is unmapped before it is closed.
        unsafe { DeviceFrames::new(Pfn::new(first), L::PAGES) }.block(0)
    }

    /// Waits until nobody turns memory on or off.
    #[inline]
    pub(crate) fn memory(self) -> MemoryLock<'d> {
        // SAFETY: By the type invariant the device is open.
        unsafe { bindings::down_read(&raw mut (*self.device.as_ptr()).memory_lock) };
        // INVARIANT: The lock was just taken.
        MemoryLock(self.device, PhantomData)
    }
}

/// The `memory_lock` of a device, held for reading.
///
/// # Invariants
///
/// Having one tells you that this thread holds it, and that the device is open while `'d` lasts.
pub(crate) struct MemoryLock<'d>(NonNull<bindings::vfio_pci_core_device>, PhantomData<&'d ()>);

impl MemoryLock<'_> {
    /// Returns the proof that the device answers, or nothing if it does not.
    #[inline]
    pub(crate) fn answering(&self) -> Option<Answering<'_>> {
        // SAFETY: By the type invariant the lock is held, until the borrow ends.
        unsafe { Answering::new(self.0.as_ptr()) }
    }
}

impl Drop for MemoryLock<'_> {
    #[inline]
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
pub(crate) struct Answering<'m>(PhantomData<&'m ()>);

impl Answering<'_> {
    /// # Safety
    ///
    /// `device` is open, and its `memory_lock` held for reading, while the result lasts.
    #[inline]
    unsafe fn new(device: *mut bindings::vfio_pci_core_device) -> Option<Self> {
        // SAFETY: The device is open by the contract of this function.
        let asleep = unsafe { (*device).pm_runtime_engaged };
        // SAFETY: The device is open, and the lock is held, by the contract of this function.
        let answers = !asleep && unsafe { bindings::__vfio_pci_memory_enabled(device) };
        // INVARIANT: It answers; who ends that holds the lock for writing.
        answers.then_some(Self(PhantomData))
    }
}

/// Serves a fault of an order, for `vfio_pci_mmap_huge_fault()` and `vfio_pci_mmap_page_fault()`.
///
/// # Safety
///
/// `vmf` is a live fault that C serves at `order`, the lock of its vma is held, and the vma is one
/// of `vfio_pci_core_mmap()`.
#[export]
unsafe extern "C" fn vfio_pci_serve_fault(
    vmf: *mut bindings::vm_fault,
    order: c_uint,
) -> bindings::vm_fault_t {
    // SAFETY: The fault is live by the contract of this function.
    let vma = unsafe { (*vmf).__bindgen_anon_1.vma };
    // SAFETY: `mmap()` lets shared vmas alone pass, and sets `VM_PFNMAP`; the lock is held.
    let vma = unsafe { VmaPfnMap::from_raw(vma) };
    // SAFETY: The vma is one of `vfio_pci_core_mmap()` by the contract of this function.
    let shown = unsafe { Shown::new(vma) };
    // SAFETY: The fault is live, of that vma and order, by the contract of this function.
    let fault = unsafe { AnyFault::new(vmf, vma, order) };
    match into_raw(fault.and_then(|fault| fault.serve(shown))) {
        // There is no lower level to fall back to.
        bindings::vm_fault_reason_VM_FAULT_FALLBACK if order == 0 => FaultError::Sigbus.into_raw(),
        ret => ret,
    }
}

/// Inserts a block for a variant driver, as `include/linux/vfio_pci_core.h` promises.
///
/// # Safety
///
/// `vmf` is a live fault that C serves at `order`, and the lock of its vma is held; `vdev` is open,
/// and its `memory_lock` held for reading; the driver shows the frames to user space, and unmaps
/// them when memory is turned off.
#[export]
unsafe extern "C" fn vfio_pci_vmf_insert_pfn(
    vdev: *mut bindings::vfio_pci_core_device,
    vmf: *mut bindings::vm_fault,
    pfn: c_ulong,
    order: c_uint,
) -> bindings::vm_fault_t {
    // SAFETY: The device is open by the contract of this function.
    unsafe { bindings::vfio_pci_memory_lock_assert(vdev) };
    // SAFETY: The device is open, and the lock is held, by the contract of this function.
    if unsafe { Answering::new(vdev) }.is_none() {
        return FaultError::Sigbus.into_raw();
    }
    // SAFETY: The fault and the frames are as the contract of this function has them.
    unsafe { bindings::vmf_insert_pfn_order(vmf, pfn, order) }
}
