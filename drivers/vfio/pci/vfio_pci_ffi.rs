// SPDX-License-Identifier: GPL-2.0-only

//! What C calls, and values for what vfio-pci knows about its devices.

use core::{
    marker::PhantomData,
    ptr::{eq, NonNull},
};
use kernel::{
    bindings,
    ffi::{c_uint, c_ulong},
    mm::{
        pfnmap::{
            fault::{AnyFault, Fault, FaultError, LiveFault},
            vm_ops::into_raw,
            DeviceBlock, VmaPfnMap,
        },
        pgtable::{Level, Pfn, PfnBlock},
    },
    page::PAGE_SHIFT,
    prelude::*,
};

/// The place in a BAR that a page offset of the device file names: the bits above are the region's.
const PAGE_IN_BAR: usize = (1 << REGION_SHIFT) - 1;

const REGION_SHIFT: u32 = bindings::VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT as u32;

/// A vma that maps a part of a BAR. Equivalent to C's `struct vfio_pci_core_device *`,
/// `vma_to_pfn()`.
///
/// # Invariants
///
/// `vma` is one of `vfio_pci_core_mmap()`, which has found all of it inside the BAR; `device` is its
/// device, which is open while `'d` lasts. `first` is the frame that the first page of the vma shows.
#[derive(Clone, Copy)]
pub(crate) struct BarVma<'d> {
    device: NonNull<bindings::vfio_pci_core_device>,
    vma: &'d VmaPfnMap,
    first: Pfn,
}

impl<'d> BarVma<'d> {
    /// # Safety
    ///
    /// `vma` is one of `vfio_pci_core_mmap()`.
    #[inline]
    unsafe fn new(vma: &'d VmaPfnMap) -> Self {
        // SAFETY: `mmap()` has left the device there.
        let device = unsafe { (*vma.as_ptr()).vm_private_data };
        let device = device.cast::<bindings::vfio_pci_core_device>();
        // SAFETY: The file that the vma holds keeps the device open, and so it has its PCI device.
        let pdev = unsafe { (*device).pdev };
        let pgoff = vma.pgoff();
        // SAFETY: The device is alive, and the number is that of a BAR.
        let start = unsafe { bindings::pci_resource_start(pdev, (pgoff >> REGION_SHIFT) as i32) };
        // INVARIANT: The vma is one of a BAR of the device, which starts there.
        Self {
            // SAFETY: A device has an address.
            device: unsafe { NonNull::new_unchecked(device) },
            vma,
            first: Pfn::new((start as usize >> PAGE_SHIFT) + (pgoff & PAGE_IN_BAR)),
        }
    }

    /// Returns the block of the fault, or nothing if the frames that it would map are no block, or a
    /// part of it lies outside the vma.
    #[inline]
    pub(crate) fn block<L: Level>(self, fault: &Fault<'d, L>) -> Option<BarBlock<'d, L>> {
        // A fault in the same vma: the frames are those of its device.
        let block = fault.block().filter(|_| eq(self.vma, fault.vma()))?;
        let first = self.first.as_raw() + block.page_in_vma();
        // INVARIANT: The block lies in the vma, and that in the BAR, by the type invariant.
        Some(BarBlock {
            device: self.device,
            frames: PfnBlock::new(Pfn::new(first))?,
            _device: PhantomData,
        })
    }
}

/// A block of a BAR.
///
/// # Invariants
///
/// `frames` lie in a BAR of `device`, which is open while `'d` lasts.
pub(crate) struct BarBlock<'d, L: Level> {
    device: NonNull<bindings::vfio_pci_core_device>,
    frames: PfnBlock<L>,
    _device: PhantomData<&'d ()>,
}

impl<'d, L: Level> BarBlock<'d, L> {
    /// Takes the `memory_lock` of the device for reading: memory is turned neither on nor off while
    /// it is held.
    #[inline]
    pub(crate) fn lock_memory(self) -> MemoryLock<'d, L> {
        // SAFETY: By the type invariant the device is open.
        unsafe { bindings::down_read(&raw mut (*self.device.as_ptr()).memory_lock) };
        // INVARIANT: The lock was just taken.
        MemoryLock(self)
    }
}

/// The `memory_lock` of a device, held for reading, and a block of its BAR.
///
/// # Invariants
///
/// This thread holds the lock of the device of the block.
pub(crate) struct MemoryLock<'d, L: Level>(BarBlock<'d, L>);

impl<L: Level> MemoryLock<'_, L> {
    /// Returns the frames of the block, while the lock is held, or nothing if the device does not
    /// answer.
    #[inline]
    pub(crate) fn frames(&self) -> Option<DeviceBlock<'_, L>> {
        // SAFETY: By the type invariants the device is open, and the lock is held.
        let answers = unsafe { answers(self.0.device.as_ptr()) };
        // SAFETY: The BAR belongs to user space while the device is open. Turning memory off
        // takes the lock for writing and unmaps the BAR, and so does closing the device.
        answers.then(|| unsafe { DeviceBlock::from_raw(self.0.frames) })
    }
}

impl<L: Level> Drop for MemoryLock<'_, L> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: By the type invariant this thread holds the lock.
        unsafe { bindings::up_read(&raw mut (*self.0.device.as_ptr()).memory_lock) };
    }
}

/// Whether the device decodes memory and is awake.
///
/// # Safety
///
/// `device` is open, and its `memory_lock` held.
#[inline]
unsafe fn answers(device: *mut bindings::vfio_pci_core_device) -> bool {
    // SAFETY: The device is open.
    let asleep = unsafe { (*device).pm_runtime_engaged };
    // SAFETY: The device is open, and the lock is held.
    !asleep && unsafe { bindings::__vfio_pci_memory_enabled(device) }
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
    // SAFETY: The fault is live, and the lock of its vma is held.
    let fault = unsafe { LiveFault::from_raw(vmf) };
    // SAFETY: `mmap()` lets shared vmas alone pass, and sets `VM_PFNMAP`.
    let vma = unsafe { VmaPfnMap::from_raw(fault.vma().as_ptr()) };
    // SAFETY: The vma is one of `vfio_pci_core_mmap()`.
    let bar = unsafe { BarVma::new(vma) };
    // SAFETY: The vma is that of the fault, which C serves at `order`.
    let fault = unsafe { AnyFault::new(fault, vma, order) };
    into_raw(fault.and_then(|fault| fault.serve(bar)))
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
    // SAFETY: The device is open.
    unsafe { bindings::vfio_pci_memory_lock_assert(vdev) };
    // SAFETY: The device is open, and the lock is held.
    if !unsafe { answers(vdev) } {
        return FaultError::Sigbus.into_raw();
    }
    // SAFETY: The fault is live, and user space may access the frames.
    unsafe { bindings::vmf_insert_pfn_order(vmf, pfn, order) }
}
