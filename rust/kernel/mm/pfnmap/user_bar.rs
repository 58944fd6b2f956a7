// SPDX-License-Identifier: GPL-2.0

//! A PCI BAR that a driver shows to user space until it is unbound.
//!
//! C header: [`include/linux/pci.h`](srctree/include/linux/pci.h)

use super::{
    fault::{AnyFault, Done, FaultError},
    vm_ops::VmOperations,
    DeviceFrames,
};
use crate::{
    bindings,
    device::Core,
    devres,
    error::{from_err_ptr, to_result},
    fs::{
        file::flags::O_RDWR,
        File, //
    },
    mm::{pgtable::Pfn, virt::VmaNew},
    new_srcu,
    page::{PAGE_MASK, PAGE_SHIFT},
    pci,
    prelude::*,
    sync::{
        aref::ARef,
        atomic::{
            Atomic,
            Relaxed, //
        },
        srcu,
        Arc,
        Srcu, //
    },
};
use core::{ops::Deref, ptr::NonNull};

/// A memory BAR that user space may map while its device is bound.
///
/// Offset 0 of the file is the first byte of the BAR. A fault maps the largest block that fits.
///
/// When the device is unbound the BAR is revoked: every entry that maps it is removed, in each
/// process, and an access is a `SIGBUS` from then on. This happens after [`pci::Driver::unbind()`]
/// and after the driver's data is dropped, whatever the driver does with its `UserBar`s, which may
/// outlive the device. A driver whose device does DMA calls [`UserBar::revoke()`] in its `unbind()`:
/// otherwise user space still has the device's registers when the driver's buffers are freed.
///
/// A mapping belongs to a file that the BAR has for itself. It does not keep the driver's file open,
/// nor the driver's module loaded.
///
/// # Examples
///
/// ```
/// use kernel::{
///     device::Core,
///     mm::{pfnmap::UserBar, virt::VmaNew},
///     pci,
///     prelude::*,
/// };
///
/// fn probe(pdev: &pci::Device<Core<'_>>) -> Result<UserBar> {
///     UserBar::new(pdev, 2, c"my_driver")
/// }
///
/// /// The `mmap` of the driver's file.
/// fn mmap(bar: &UserBar, vma: &VmaNew) -> Result {
///     bar.mmap(vma)
/// }
/// ```
#[derive(Clone)]
pub struct UserBar(Arc<Shared>);

/// What the driver, the device and the vmas share.
///
/// # Invariants
///
/// - `file` has an inode of its own, and is the file of the vmas that `self` serves alone.
/// - `frames` are inserted into these vmas alone, in a read section of `faults` that has found `live`
///   set. It is not set again.
#[pin_data]
struct Shared {
    frames: DeviceFrames,
    file: ARef<File>,
    live: Atomic<bool>,
    #[pin]
    faults: Srcu,
}

/// The frames of a BAR that is not revoked. [`UserBar::revoke()`] waits until it is dropped.
struct LiveFrames<'a> {
    frames: &'a DeviceFrames,
    _fault: srcu::Guard<'a>,
}

impl Deref for LiveFrames<'_> {
    type Target = DeviceFrames;

    #[inline]
    fn deref(&self) -> &DeviceFrames {
        self.frames
    }
}

impl UserBar {
    /// Enables the device's memory, and claims BAR `index` for user space, by `name`.
    ///
    /// Only the driver of the device can call this, in a callback: another driver that holds the
    /// device bound would not be unbound with it.
    ///
    /// Fails with [`EINVAL`] if this is no memory BAR of whole pages, or if it has the MSI-X table or
    /// its pending bits, [`EIO`] if the device does not answer, [`EBUSY`] if the BAR is claimed, by a
    /// [`pci::Bar`] for one, [`ENOMEM`], and what [`pci::Device::enable_device_mem()`] fails with.
    // A vma may outlive the driver's module, and so the code that serves it has to be in this crate.
    #[inline(never)]
    pub fn new(pdev: &pci::Device<Core<'_>>, index: u32, name: &'static CStr) -> Result<Self> {
        pdev.enable_device_mem()?;
        let region = Region::request(pdev, index, name)?;
        let frames = region.frames()?;
        let file = new_file(name)?;
        // INVARIANT: Nothing has the file yet, nor the frames.
        let shared = try_pin_init!(Shared {
            frames,
            file,
            live: Atomic::new(true),
            faults <- new_srcu!(),
        });
        let bar = Self(Arc::pin_init(shared, GFP_KERNEL)?);
        let binding = Binding {
            bar: bar.clone(),
            _region: region,
        };
        devres::register(pdev.as_ref(), binding, GFP_KERNEL)?;
        Ok(bar)
    }

    /// Makes `vma` a mapping of the BAR, uncached. `vm_pgoff` is the first page of the BAR that it
    /// shows. Call it from the `mmap` of a file of the driver.
    ///
    /// Fails with [`ENODEV`] if the BAR is revoked, and with [`EINVAL`] if it ends before the vma does,
    /// for a private mapping that may be written, and for a vma that is one of frames or pages
    /// already. After it has succeeded the driver's `mmap` must not fail: that leaks the BAR's count.
    // See `new()`.
    #[inline(never)]
    pub fn mmap(&self, vma: &VmaNew) -> Result {
        let shared = &self.0;
        let frames = shared.live().ok_or(ENODEV)?;
        if !frames.has(vma.pgoff(), vma.pages()) {
            return Err(EINVAL);
        }
        let new = vma.pfnmap()?.noncached();
        // SAFETY: The vma is being set up, and has a file, whose `mmap` this is.
        unsafe { bindings::vma_set_file(vma.as_ptr(), shared.file.as_ptr()) };
        new.serve(Arc::clone(shared));
        Ok(())
    }

    /// Returns the frame of page `pgoff` of the BAR, for [`MiscDevice::mmap_pfn()`]. Fails with
    /// [`EINVAL`] after the last page.
    ///
    /// [`MiscDevice::mmap_pfn()`]: crate::miscdevice::MiscDevice::mmap_pfn
    pub fn pfn(&self, pgoff: usize) -> Result<Pfn> {
        self.0.frames.pfn(pgoff).ok_or(EINVAL)
    }

    /// Removes every page-table entry that maps the BAR, KVM's as well, and allows no new one. Waits
    /// for the faults in flight.
    ///
    /// What looked up the BAR's frames without an MMU notifier keeps them, as vfio's type1 driver does
    /// in the IOMMU: it maps peers for DMA until it is told to unmap.
    ///
    /// Unbinding the device does this. A driver calls it to keep user space from a device that is
    /// still bound, and from one that is being unbound, before it frees what the device uses. May
    /// sleep.
    pub fn revoke(&self) {
        let shared = &self.0;
        shared.live.store(false, Relaxed);
        // What a fault that found it set has inserted is unmapped below.
        shared.faults.synchronize();
        // SAFETY: An open file has a mapping.
        let mapping = unsafe { (*shared.file.as_ptr()).f_mapping };
        // SAFETY: The mapping lives as long as the file.
        unsafe { bindings::unmap_mapping_range(mapping, 0, 0, 1) };
    }
}

impl Shared {
    /// Returns the frames, or `None` if they are revoked.
    #[inline]
    fn live(&self) -> Option<LiveFrames<'_>> {
        let _fault = self.faults.read_lock();
        self.live.load(Relaxed).then_some(LiveFrames {
            frames: &self.frames,
            _fault,
        })
    }
}

impl VmOperations for Shared {
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        fault.insert(&*self.live().ok_or(FaultError::Sigbus)?)
    }
}

/// Opens a file with an inode, and so with an `i_mmap`, of its own.
fn new_file(name: &'static CStr) -> Result<ARef<File>> {
    const OPERATIONS: &bindings::file_operations = &pin_init::zeroed();

    // SAFETY: The operations are static, the name is a string, and the last pointer may be null.
    let file = from_err_ptr(unsafe {
        bindings::anon_inode_create_getfile(
            name.as_char_ptr(),
            OPERATIONS,
            core::ptr::null_mut(),
            O_RDWR as c_int,
            core::ptr::null(),
        )
    })?;
    let file = NonNull::new(file.cast()).ok_or(ENOMEM)?;
    // SAFETY: The only count of the file comes with it, and it is in no file table.
    Ok(unsafe { ARef::from_raw(file) })
}

/// What devres drops when the device is unbound.
struct Binding {
    bar: UserBar,
    _region: Region,
}

impl Drop for Binding {
    fn drop(&mut self) {
        self.bar.revoke();
    }
}

/// A memory BAR that is claimed. Equivalent to C's `pci_request_region()` and
/// `pci_release_region()`.
///
/// # Invariants
///
/// `index` is that of a BAR of `pdev`, for which `pci_request_region()` has succeeded.
struct Region {
    pdev: ARef<pci::Device>,
    index: u32,
}

impl Region {
    fn request(pdev: &pci::Device<Core<'_>>, index: u32, name: &'static CStr) -> Result<Self> {
        if index >= bindings::PCI_STD_NUM_BARS {
            return Err(EINVAL);
        }
        // SAFETY: The device is valid, and has a resource of each number.
        let flags = unsafe { (*pdev.as_raw()).resource[index as usize].flags };
        let mem = bindings::IORESOURCE_MEM as c_ulong;
        let unset = bindings::IORESOURCE_UNSET as c_ulong;
        if flags & (mem | unset) != mem {
            return Err(EINVAL);
        }
        // SAFETY: The device is valid, and has a BAR of this number.
        to_result(unsafe {
            bindings::pci_request_region(pdev.as_raw(), index as c_int, name.as_char_ptr())
        })?;
        // INVARIANT: The request has just succeeded.
        Ok(Self {
            pdev: pdev.into(),
            index,
        })
    }

    /// Returns the frames of the BAR. Fails with [`EINVAL`] if they are not whole pages.
    fn frames(&self) -> Result<DeviceFrames> {
        let start = usize::try_from(self.pdev.resource_start(self.index)?)?;
        let len = usize::try_from(self.pdev.resource_len(self.index)?)?;
        let end = start.checked_add(len).ok_or(EINVAL)?;
        if (start | len) & !PAGE_MASK != 0
            || len == 0
            || !Pfn::new(end.wrapping_sub(1) >> PAGE_SHIFT).fits()
            || self.has_msix()?
        {
            return Err(EINVAL);
        }
        // SAFETY: The memory is the device's. By the type invariant no other driver has claimed it,
        // and the PCI core has no MSI-X table there. By the invariant of `Shared` the frames are
        // inserted only until `Binding` revokes them.
        Ok(unsafe { DeviceFrames::new(Pfn::new(start >> PAGE_SHIFT), len >> PAGE_SHIFT) })
    }

    /// Whether the PCI core uses a part of the BAR, for the vectors of MSI-X. A program that writes
    /// them has the device write anywhere.
    fn has_msix(&self) -> Result<bool> {
        // SAFETY: The device is valid.
        let cap = unsafe { (*self.pdev.as_raw()).msix_cap };
        if cap == 0 {
            return Ok(false);
        }
        for register in [bindings::PCI_MSIX_TABLE, bindings::PCI_MSIX_PBA] {
            let at = c_int::from(cap) + register as c_int;
            let mut place = 0;
            // SAFETY: The device is valid, and so is the pointer to `place`.
            let ret =
                unsafe { bindings::pci_read_config_dword(self.pdev.as_raw(), at, &raw mut place) };
            // A device that does not answer reads as all ones.
            if ret != 0 || place == u32::MAX {
                return Err(EIO);
            }
            if place & bindings::PCI_MSIX_TABLE_BIR == self.index {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: By the type invariant the BAR was requested.
        unsafe { bindings::pci_release_region(self.pdev.as_raw(), self.index as c_int) };
    }
}
