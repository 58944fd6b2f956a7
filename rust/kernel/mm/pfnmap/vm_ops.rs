// SPDX-License-Identifier: GPL-2.0

//! What a driver does for the vmas that map its file.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{
    fault::{AnyFault, Done, FaultError},
    DeviceFrames,
};
use crate::{
    bindings,
    error::to_result,
    ffi,
    fs::file::LocalFile,
    mm::{
        pgtable::accessors::by_value,
        virt::{flags, vm_flags_t, VmaNew},
    },
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
///         pfnmap::{
///             fault::{AnyFault, Done, FaultError},
///             vm_ops::VmOperations,
///             DeviceFrames,
///         },
///         virt::VmaNew,
///     },
///     prelude::*,
///     sync::Arc,
/// };
///
/// struct Card {
///     bar: DeviceFrames,
/// }
///
/// impl VmOperations for Card {
///     fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError> {
///         fault.insert(&self.bar)
///     }
/// }
///
/// /// The `mmap` of the card's file.
/// fn mmap(card: Arc<Card>, vma: &VmaNew) -> Result {
///     vma.pfnmap()?.noncached().serve(card);
///     Ok(())
/// }
/// ```
pub trait VmOperations: Send + Sync + Sized + 'static {
    /// Serves a fault of any order. [`FaultError::Fallback`] has it come again at the next lower one,
    /// and is [`FaultError::Sigbus`] at the lowest. Equivalent to C's `fault` and `huge_fault`.
    fn fault<'f>(&self, fault: AnyFault<'f>) -> Result<Done<'f>, FaultError>;
}

/// A vma that is being set up to map frames, once.
///
/// # Invariants
///
/// The vma has one of `VM_PFNMAP` and `VM_MIXEDMAP`, and no operations. Nothing is mapped in it but
/// pages, and these only with `VM_MIXEDMAP`.
#[must_use = "without frames or operations every access is SIGBUS"]
pub struct NewPfnMap<'v>(&'v VmaNew);

impl VmaNew {
    /// Sets the vma up to map frames, as for a BAR: `VM_PFNMAP` and `VM_IO`, neither expanded nor
    /// dumped. Equivalent to the flags that C's `remap_pfn_range()` sets.
    ///
    /// Fails with [`EINVAL`] for a private mapping that may be written, because frames are not
    /// copied, and for a vma that was set up to map frames or pages before.
    #[inline]
    pub fn pfnmap(&self) -> Result<NewPfnMap<'_>> {
        if self.is_cow_mapping() {
            return Err(EINVAL);
        }
        self.new_pfn_map(flags::PFNMAP | flags::IO | flags::DONTEXPAND | flags::DONTDUMP)
    }

    /// As [`Self::pfnmap()`], with `VM_MIXEDMAP` alone: a vma that may also map pages, and that may be
    /// private and written, which makes a copy of memory.
    #[inline]
    pub fn mixedmap(&self) -> Result<NewPfnMap<'_>> {
        self.new_pfn_map(flags::MIXEDMAP)
    }

    #[inline]
    fn new_pfn_map(&self, set: vm_flags_t) -> Result<NewPfnMap<'_>> {
        if self.flags() & (flags::PFNMAP | flags::MIXEDMAP) != 0 {
            return Err(EINVAL);
        }
        // SAFETY: A vma that nothing is mapped in may have all of them.
        unsafe { self.update_flags(set, 0) };
        // INVARIANT: Pages are inserted only into a vma with `VM_MIXEDMAP`, which it did not have.
        Ok(NewPfnMap(self))
    }
}

// SAFETY: They change bits of a protection.
by_value! { unsafe extern {
    fn pgprot_noncached(prot: bindings::pgprot_t) -> bindings::pgprot_t = pgprot_noncached;
    fn pgprot_decrypted(prot: bindings::pgprot_t) -> bindings::pgprot_t = pgprot_decrypted;
} }

impl NewPfnMap<'_> {
    /// Maps without a cache and without encryption. Equivalent to C's `pgprot_noncached()` and
    /// `pgprot_decrypted()`.
    #[inline]
    pub fn noncached(self) -> Self {
        // SAFETY: The vma is being set up, and nothing else uses it.
        let prot = unsafe { &mut (*self.0.as_ptr()).vm_page_prot };
        *prot = pgprot_decrypted(pgprot_noncached(*prot));
        self
    }

    /// Maps all of the vma at once, by pages, to `frames`, starting `page` pages after the first. The
    /// vma then needs no operations, and has all of its tables, so that a later change of it cannot run
    /// out of memory for one. Equivalent to C's `vm_iomap_memory()`.
    ///
    /// The frames cannot be taken back: until `mmap()` has returned no unmap finds the vma, neither one
    /// of the driver nor that of a poisoned frame.
    ///
    /// Fails with [`EINVAL`] if there are not as many frames, and for a vma that may map pages, some of
    /// which may be there; and with [`ENOMEM`].
    #[inline]
    pub fn map(self, frames: &DeviceFrames, page: usize) -> Result {
        let vma = self.0;
        // Only a vma with the flag has pages inserted.
        if !frames.has(page, vma.pages()) || vma.flags() & flags::MIXEDMAP != 0 {
            return Err(EINVAL);
        }
        let (start, first) = (vma.start(), frames.first().as_raw() + page);
        // SAFETY: The vma is being set up, and nothing else uses it.
        let prot = unsafe { (*vma.as_ptr()).vm_page_prot };
        // SAFETY: As above, and nothing is mapped in it; user space may access the frames for good, as
        // by the contract of `DeviceFrames::new()` they are not taken back.
        to_result(unsafe {
            bindings::remap_pfn_range(vma.as_ptr(), start, first, vma.end() - start, prot)
        })
    }

    /// Lets `data` serve the faults of the vma, and of those that split, `mremap()` and fork make
    /// of it. The vmas share `data`, which lives as long as they do.
    ///
    /// Call it last: if `mmap` fails afterwards, C never closes the vma, and `data` is leaked.
    #[inline]
    pub fn serve<T: VmOperations>(self, data: Arc<T>) {
        let data = Arc::into_raw(data).cast_mut();
        // SAFETY: The vma is being set up, and nothing else uses it.
        unsafe { (*self.0.as_ptr()).vm_private_data = data.cast() };
        // SAFETY: As above; the table takes a `T` that an `Arc` was made into.
        unsafe { (*self.0.as_ptr()).vm_ops = Table::<T>::VTABLE };
    }
}

/// Unmaps every vma that maps the inode of a device file, as before its frames are taken away.
/// Equivalent to C's `unmap_mapping_range()` over the whole file. A second node of the device is
/// another inode.
///
/// What keeps new faults from mapping them again is the driver's own lock. What [`NewPfnMap::map()`]
/// maps may be missed, as its vma is found only after `mmap()` has returned. Fails with [`EINVAL`] for
/// a file that is none of a character device.
pub fn unmap_mapping(file: &LocalFile) -> Result {
    // Up to the end.
    unmap_mapping_range(file, 0, 0)
}

/// As [`unmap_mapping()`], for `len` bytes of the file from `start` on: the pages that lie in them
/// wholly. Equivalent to C's `unmap_mapping_range()`.
pub fn unmap_mapping_range(file: &LocalFile, start: i64, len: i64) -> Result {
    // SAFETY: An open file has a mapping.
    let mapping = unsafe { (*file.as_ptr()).f_mapping };
    // SAFETY: A mapping has an inode.
    let mode = u32::from(unsafe { (*(*mapping).host).i_mode });
    if mode & bindings::S_IFMT != bindings::S_IFCHR {
        return Err(EINVAL);
    }
    // SAFETY: The mapping lives as long as the file.
    unsafe { bindings::unmap_mapping_range(mapping, start, len, 1) };
    Ok(())
}

/// The table of the operations of `T`.
struct Table<T>(PhantomData<T>);

impl<T: VmOperations> Table<T> {
    const VTABLE: &'static bindings::vm_operations_struct = &bindings::vm_operations_struct {
        open: Some(Self::open),
        close: Some(Self::close),
        fault: Some(Self::fault),
        huge_fault: Some(Self::huge_fault),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// `vma` is alive, and has this table from [`NewPfnMap::serve()`].
    #[inline]
    unsafe fn data(vma: *mut bindings::vm_area_struct) -> *const T {
        // SAFETY: C passes a vma that is alive.
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
        // SAFETY: The fault is live; `fault` is of order 0.
        match unsafe { Self::huge_fault(vmf, 0) } {
            // There is no lower level to fall back to.
            bindings::vm_fault_reason_VM_FAULT_FALLBACK => FaultError::Sigbus.into_raw(),
            ret => ret,
        }
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
        // SAFETY: The fault is live, and C serves it at `order`.
        let fault = unsafe { AnyFault::from_raw(vmf, order) };
        into_raw(fault.and_then(|fault| data.fault(fault)))
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
