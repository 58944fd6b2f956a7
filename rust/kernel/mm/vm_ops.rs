// SPDX-License-Identifier: GPL-2.0

//! What a driver does for the vmas that map its file.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{
    fault::{AnyFault, Done, Fault, FaultError},
    pgtable::{DeviceFrames, Pte},
    virt::{flags, VmaNew},
};
use crate::{
    bindings,
    error::{to_result, VTABLE_DEFAULT_ERROR},
    ffi,
    fs::file::LocalFile,
    prelude::*,
    sync::Arc,
};
use core::{marker::PhantomData, mem::ManuallyDrop};

/// The operations of vmas of frames. Equivalent to C's `struct vm_operations_struct`.
///
/// # Examples
///
/// ```
/// use kernel::{
///     mm::{
///         fault::{Done, Fault, FaultError},
///         pgtable::{DeviceFrames, Pte},
///         virt::VmaNew,
///         vm_ops::VmOperations,
///     },
///     prelude::*,
///     sync::Arc,
/// };
///
/// struct Card {
///     bar: DeviceFrames,
/// }
///
/// #[vtable]
/// impl VmOperations for Card {
///     fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError> {
///         let place = fault.block().ok_or(FaultError::Sigbus)?;
///         fault.insert(self.bar.block(place.pgoff()).ok_or(FaultError::Sigbus)?)
///     }
/// }
///
/// /// The `mmap` of the card's file.
/// fn mmap(card: Arc<Card>, vma: &VmaNew) -> Result {
///     vma.set_pfnmap()?;
///     vma.set_noncached();
///     vma.set_operations(card);
///     Ok(())
/// }
/// ```
#[vtable]
pub trait VmOperations: Send + Sync + Sized + 'static {
    /// Serves the fault of one page.
    fn fault<'f>(&self, fault: Fault<'f, Pte>) -> Result<Done<'f>, FaultError>;

    /// Serves a fault that may be larger than a page. Without it every fault is of a page.
    fn huge_fault<'f>(&self, _fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
        build_error!(VTABLE_DEFAULT_ERROR)
    }
}

impl VmaNew {
    /// Makes the vma one of frames, as a BAR is mapped: `VM_PFNMAP` and `VM_IO`, neither expanded
    /// nor dumped. Equivalent to the flags that C's `remap_pfn_range()` sets.
    ///
    /// Fails with [`EINVAL`] for a private mapping that may be written: frames are not copied.
    #[inline]
    pub fn set_pfnmap(&self) -> Result {
        if self.is_cow_mapping() {
            return Err(EINVAL);
        }
        let set = flags::PFNMAP | flags::IO | flags::DONTEXPAND | flags::DONTDUMP;
        // SAFETY: A vma that nothing is mapped in may have all of them.
        unsafe { self.update_flags(set, 0) };
        Ok(())
    }

    /// Maps without a cache and without encryption. Equivalent to C's `pgprot_noncached()` and
    /// `pgprot_decrypted()`.
    #[inline]
    pub fn set_noncached(&self) {
        // SAFETY: The vma is being set up, and nobody else has it.
        let prot = unsafe { &mut (*self.as_ptr()).vm_page_prot };
        // SAFETY: The function computes a value.
        *prot = unsafe { bindings::pgprot_noncached(*prot) };
        // SAFETY: As above.
        *prot = unsafe { bindings::pgprot_decrypted(*prot) };
    }

    /// Maps all of the vma at once, by pages: the frames from the one on that is `page` pages
    /// behind the first of `frames`. It needs no operations then, and each page has its entry, so
    /// that no later change of the vma lacks memory for tables. Equivalent to C's
    /// `vm_iomap_memory()`.
    ///
    /// Fails with [`EINVAL`] if there are not as many frames, and with [`ENOMEM`].
    #[inline]
    pub fn map_frames(&self, frames: &DeviceFrames, page: usize) -> Result {
        if !frames.has(page, self.pages()) || self.is_cow_mapping() {
            return Err(EINVAL);
        }
        let (start, first) = (self.start(), frames.first().as_raw() + page);
        // SAFETY: The vma is being set up, and nobody else has it.
        let prot = unsafe { (*self.as_ptr()).vm_page_prot };
        // SAFETY: As above; user space may access the frames while they are mapped.
        to_result(unsafe {
            bindings::remap_pfn_range(self.as_ptr(), start, first, self.end() - start, prot)
        })
    }

    /// Lets `data` serve the faults of the vma, and of those that split, `mremap()` and fork make
    /// of it. The vmas share `data`, which lives as long as they do.
    ///
    /// To be called once, and last: if `mmap` fails after it, C never closes the vma, and `data`
    /// lives on.
    #[inline]
    pub fn set_operations<T: VmOperations>(&self, data: Arc<T>) {
        let data = Arc::into_raw(data).cast_mut();
        // SAFETY: The vma is being set up, and nobody else has it.
        unsafe { (*self.as_ptr()).vm_private_data = data.cast() };
        // SAFETY: As above; the table takes a `T` that an `Arc` was made into.
        unsafe { (*self.as_ptr()).vm_ops = Table::<T>::VTABLE };
    }
}

/// Unmaps every vma that maps the inode of a device file, as before its frames are taken away.
/// Equivalent to C's `unmap_mapping_range()` over the whole file. A second node of the device is
/// another inode.
///
/// What keeps new faults from mapping them again is the driver's own lock.
pub fn unmap_mapping(file: &LocalFile) {
    // Up to the end.
    unmap_mapping_range(file, 0, 0);
}

/// As [`unmap_mapping()`], for `len` bytes of the file from `start` on: the pages that lie in them
/// wholly. Equivalent to C's `unmap_mapping_range()`.
pub fn unmap_mapping_range(file: &LocalFile, start: i64, len: i64) {
    // SAFETY: An open file has a mapping.
    let mapping = unsafe { (*file.as_ptr()).f_mapping };
    // SAFETY: The mapping lives as long as the file.
    unsafe { bindings::unmap_mapping_range(mapping, start, len, 1) };
}

/// The table of the operations of `T`.
struct Table<T>(PhantomData<T>);

impl<T: VmOperations> Table<T> {
    const VTABLE: &'static bindings::vm_operations_struct = &bindings::vm_operations_struct {
        open: Some(Self::open),
        close: Some(Self::close),
        fault: Some(Self::fault),
        huge_fault: if T::HAS_HUGE_FAULT {
            Some(Self::huge_fault)
        } else {
            None
        },
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// `vma` is alive, and has this table from [`VmaNew::set_operations()`].
    #[inline]
    unsafe fn data(vma: *mut bindings::vm_area_struct) -> *const T {
        // SAFETY: The vma is alive by the contract of this function.
        unsafe { (*vma).vm_private_data }.cast_const().cast()
    }

    /// A vma was made of one that has the table.
    ///
    /// # Safety
    ///
    /// As for [`Self::data()`], and the new vma has no count of its own yet.
    unsafe extern "C" fn open(vma: *mut bindings::vm_area_struct) {
        // SAFETY: The pointer came from an `Arc`, of which the older vma has a count.
        let data = unsafe { ManuallyDrop::new(Arc::from_raw(Self::data(vma))) };
        core::mem::forget(Arc::clone(&data));
    }

    /// A vma with the table ends.
    ///
    /// # Safety
    ///
    /// As for [`Self::data()`], and it is not called again for the vma.
    unsafe extern "C" fn close(vma: *mut bindings::vm_area_struct) {
        // SAFETY: The pointer came from an `Arc`, of which the vma has a count.
        drop(unsafe { Arc::from_raw(Self::data(vma)) });
    }

    /// # Safety
    ///
    /// `vmf` is a live fault; for its vma, whose lock is held, [`Self::data()`] holds.
    unsafe extern "C" fn fault(vmf: *mut bindings::vm_fault) -> bindings::vm_fault_t {
        // SAFETY: The vma of a live fault has a count of the data.
        let data = unsafe { &*Self::data((*vmf).__bindgen_anon_1.vma) };
        // SAFETY: The contract of this function; `fault` is of order 0.
        let fault = unsafe { Fault::from_raw(vmf) };
        let served = fault.and_then(|fault| data.fault(fault));
        // There is no lower level to fall back to.
        into_raw(served.map_err(|err| match err {
            FaultError::Fallback => FaultError::Sigbus,
            err => err,
        }))
    }

    /// # Safety
    ///
    /// As for [`Self::fault()`], and C serves the fault at `order`.
    unsafe extern "C" fn huge_fault(
        vmf: *mut bindings::vm_fault,
        order: ffi::c_uint,
    ) -> bindings::vm_fault_t {
        // SAFETY: The vma of a live fault has a count of the data.
        let data = unsafe { &*Self::data((*vmf).__bindgen_anon_1.vma) };
        // SAFETY: The contract of this function.
        let fault = unsafe { AnyFault::from_raw(vmf, order) };
        into_raw(fault.and_then(|fault| data.huge_fault(fault)))
    }
}

/// Returns C's value for how a fault was served.
#[inline]
pub fn into_raw(served: Result<Done<'_>, FaultError>) -> bindings::vm_fault_t {
    match served {
        Ok(_) => bindings::vm_fault_reason_VM_FAULT_NOPAGE,
        Err(err) => err.into_raw(),
    }
}
