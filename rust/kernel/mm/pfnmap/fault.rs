// SPDX-License-Identifier: GPL-2.0

//! Page faults that a driver serves by inserting frames.
//!
//! C header: [`include/linux/mm.h`](srctree/include/linux/mm.h)

use super::{DeviceBlock, DeviceFrames, VmaBlock, VmaPfnMap};
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use crate::mm::pgtable::Pmd;
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use crate::mm::pgtable::Pud;
use crate::{
    bindings,
    mm::{
        pgtable::{Level, Pfn, Pte, SpecialLevel},
        virt::flags,
    },
    types::NotThreadSafe,
};
use core::marker::PhantomData;

mod any;
mod live;

pub use any::{AnyFault, Serve};
pub use live::LiveFault;

/// Invariant in `'f`, so that the result of one fault cannot be returned for another.
type Live<'f> = fn(&'f ()) -> &'f ();

/// A fault that asks for a block of level `L`, while it is being served.
///
/// Equivalent to C's `struct vm_fault`, and the `order` that `huge_fault` gets beside it.
///
/// # Invariants
///
/// `vma` is that of `fault`, which C serves at level `L`.
///
/// # Examples
///
/// A file that shows the second half of a BAR first:
///
/// ```
/// use kernel::mm::pfnmap::{
///     fault::{Done, Fault, FaultError, InsertLevel},
///     DeviceFrames,
/// };
///
/// fn serve<'f, L: InsertLevel>(
///     fault: &Fault<'f, L>,
///     bar: &DeviceFrames,
/// ) -> Result<Done<'f>, FaultError> {
///     let page = fault.block().ok_or(FaultError::Fallback)?.pgoff() ^ bar.pages() / 2;
///     fault.insert_block(bar.block(page).ok_or(FaultError::Fallback)?)
/// }
/// ```
pub struct Fault<'f, L: Level> {
    fault: LiveFault<'f>,
    vma: &'f VmaPfnMap,
    _live: PhantomData<(Live<'f>, L)>,
    _nts: NotThreadSafe,
}

/// The proof that something is mapped for a fault. Equivalent to C's `VM_FAULT_NOPAGE`.
///
/// # Invariants
///
/// An insert for the fault of `'f` has succeeded.
#[must_use = "a fault that was served is returned"]
pub struct Done<'f>(PhantomData<Live<'f>>);

/// Why a fault maps nothing. Equivalent to C's `vm_fault_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum FaultError {
    /// Nothing can be there. Equivalent to C's `VM_FAULT_SIGBUS`.
    Sigbus = bindings::vm_fault_reason_VM_FAULT_SIGBUS,
    /// There is no memory for a table. Equivalent to C's `VM_FAULT_OOM`.
    Oom = bindings::vm_fault_reason_VM_FAULT_OOM,
    /// Not at this level: C tries the next lower one, and it is [`FaultError::Sigbus`] at
    /// the lowest. Equivalent to C's `VM_FAULT_FALLBACK`.
    Fallback = bindings::vm_fault_reason_VM_FAULT_FALLBACK,
    /// The frame is poisoned. Equivalent to C's `VM_FAULT_HWPOISON`.
    Hwpoison = bindings::vm_fault_reason_VM_FAULT_HWPOISON,
}

/// What the access was that faulted. Equivalent to C's `FAULT_FLAG_WRITE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A read, or the fetch of an instruction.
    Read,
    /// A write.
    Write,
}

impl FaultError {
    /// Converts what C's insert returns: only `VM_FAULT_NOPAGE` says that something is mapped.
    #[inline]
    fn check(ret: bindings::vm_fault_t) -> Result<(), Self> {
        if ret == bindings::vm_fault_reason_VM_FAULT_NOPAGE {
            return Ok(());
        }
        Err(Self::from_raw(ret))
    }

    // Called, it leaves one comparison to the way of a fault that maps something.
    #[cold]
    #[inline(never)]
    fn from_raw(ret: bindings::vm_fault_t) -> Self {
        match ret {
            bindings::vm_fault_reason_VM_FAULT_FALLBACK => Self::Fallback,
            bindings::vm_fault_reason_VM_FAULT_HWPOISON => Self::Hwpoison,
            bindings::vm_fault_reason_VM_FAULT_OOM => Self::Oom,
            _ => Self::Sigbus,
        }
    }

    /// Returns C's value.
    #[inline]
    pub fn into_raw(self) -> bindings::vm_fault_t {
        self as bindings::vm_fault_t
    }
}

/// Warns once of a driver that inserts frames where none may be.
#[cold]
#[inline(never)]
fn misuse_of_vma() -> FaultError {
    crate::do_once_lite! { crate::warn_on!(true); }
    FaultError::Sigbus
}

impl<'f, L: Level> Fault<'f, L> {
    /// Wraps a fault of C. Fails with [`FaultError::Sigbus`] and a warning if frames may not be
    /// inserted into its vma.
    ///
    /// # Safety
    ///
    /// `vmf` is a live fault that C serves at level `L`, whose vma is locked while `'f` lasts.
    #[inline]
    pub unsafe fn from_raw(vmf: *mut bindings::vm_fault) -> Result<Self, FaultError> {
        // SAFETY: The fault is live, and its vma locked.
        let fault = unsafe { LiveFault::from_raw(vmf) };
        let vma = fault.pfnmap_vma().ok_or_else(misuse_of_vma)?;
        // SAFETY: The vma is the fault's, which C serves at level `L`.
        Ok(unsafe { Self::new(fault, vma) })
    }

    /// Wraps a fault of C whose vma was checked.
    ///
    /// # Safety
    ///
    /// C serves the fault at level `L`, and `vma` is the fault's.
    #[inline]
    unsafe fn new(fault: LiveFault<'f>, vma: &'f VmaPfnMap) -> Self {
        // INVARIANT: C serves the fault at level `L`, the type of what is made, and `vma` was read from it.
        Self {
            fault,
            vma,
            _live: PhantomData,
            _nts: NotThreadSafe,
        }
    }

    /// Returns the vma.
    #[inline]
    pub fn vma(&self) -> &'f VmaPfnMap {
        self.vma
    }

    /// Returns the address, in bytes. Equivalent to C's `vmf->address`.
    #[inline]
    pub fn address(&self) -> usize {
        self.fault.address()
    }

    /// Returns what the access was.
    #[inline]
    pub fn access(&self) -> Access {
        self.fault.access()
    }

    /// Returns the block around the address, or `None` if a part of it lies outside the vma.
    #[inline]
    pub fn block(&self) -> Option<VmaBlock<'f, L>> {
        self.vma.block(self.address())
    }
}

impl<'f, L: InsertLevel> Fault<'f, L> {
    /// Maps the block around the address by one entry, to the frames of `device` that its offset in
    /// the file names: offset 0 is the first frame.
    ///
    /// Fails as [`Fault::insert_block()`] does, and with [`FaultError::Fallback`] if the frames are
    /// not all there, or do not start where a block of the level does.
    ///
    /// Equivalent to C's `vmf_insert_pfn_pmd()`.
    #[inline]
    pub fn insert(&self, device: &DeviceFrames) -> Result<Done<'f>, FaultError> {
        let place = self.block().ok_or(FaultError::Fallback)?;
        self.insert_block(device.block(place.pgoff()).ok_or(FaultError::Fallback)?)
    }

    /// Maps `frames` by one entry at the block around the address, writable and dirty at once if
    /// the access was a write to a shared mapping. In a private mapping the entry is read-only.
    /// Without `CONFIG_RUST_PFNMAP` C inserts: a page may then fault again, and a block for a write to
    /// a private mapping is [`FaultError::Fallback`].
    ///
    /// Fails with [`FaultError::Fallback`] if the block does not lie in the vma,
    /// [`FaultError::Oom`] without memory for a table, and [`FaultError::Sigbus`] if other frames
    /// are mapped there and the access was a write. What another thread has mapped meanwhile is
    /// left alone, and counts as done. Fails with [`FaultError::Hwpoison`] for a page that is
    /// poisoned, and with [`FaultError::Fallback`] for a block around one. A huge block of which a
    /// frame has a `struct page` is [`FaultError::Fallback`], too, in a vma that may map pages.
    ///
    /// Equivalent to C's `vmf_insert_pfn_pmd()`.
    #[inline]
    pub fn insert_block(&self, frames: DeviceBlock<'_, L>) -> Result<Done<'f>, FaultError> {
        if cfg!(not(CONFIG_RUST_PFNMAP)) && !self.fits_c(frames.first()) {
            return Err(FaultError::Fallback);
        }
        // gup takes references of what it finds in such a vma, and a leaf has none.
        if L::SIZE != Pte::SIZE && self.vma.flags() & flags::MIXEDMAP != 0 && frames.has_pages() {
            return Err(FaultError::Fallback);
        }
        // SAFETY: By the type invariant user space may access the frames.
        unsafe { self.insert_pfn(frames.first()) }
    }

    /// Whether C's own insert is safe for this fault: it checks only that the block starts in the
    /// vma, makes a huge entry of a private mapping writable, through to the device, and has a
    /// `BUG_ON()` for a page with a `struct page` in a vma that counts the references of such pages.
    fn fits_c(&self, first: Pfn) -> bool {
        let copies = self.access() == Access::Write && self.vma.is_cow_mapping();
        let counted = self.vma.flags() & flags::MIXEDMAP != 0 && first.has_page();
        self.block().is_some()
            && if L::SIZE == Pte::SIZE {
                !counted
            } else {
                !copies
            }
    }

    /// Maps the block that starts at frame `first`, as [`Fault::insert_block()`] does, and warns
    /// once of each kind of block that cannot be.
    ///
    /// # Safety
    ///
    /// As for [`DeviceFrames::new()`], for the frames of a block. Without `CONFIG_RUST_PFNMAP`, as for
    /// C's `vmf_insert_pfn_pmd()`: the block is aligned and lies in the vma, and is no huge one of a
    /// private mapping for a write.
    #[inline]
    pub unsafe fn insert_pfn(&self, first: Pfn) -> Result<Done<'f>, FaultError> {
        // SAFETY: By the type invariant C serves the fault at the level; user space may access the frames.
        let ret = unsafe { L::vmf_insert_pfn(self.fault, first) };
        // INVARIANT: Nothing is made but by an insert that succeeded.
        FaultError::check(ret).map(|()| Done(PhantomData))
    }
}

/// A level whose insert C has a function for.
pub trait InsertLevel: SpecialLevel {
    /// Inserts the block that starts at frame `pfn` around the address of the fault.
    ///
    /// # Safety
    ///
    /// C serves the fault at this level; user space may access the frames, as
    /// [`DeviceFrames::new()`] has it.
    #[doc(hidden)]
    unsafe fn vmf_insert_pfn(fault: LiveFault<'_>, pfn: Pfn) -> bindings::vm_fault_t;
}

/// C's insert for a level.
macro_rules! insert_level {
    ($level:ident, |$fault:ident| $insert:ident($last:expr)) => {
        impl InsertLevel for $level {
            #[inline]
            unsafe fn vmf_insert_pfn($fault: LiveFault<'_>, pfn: Pfn) -> bindings::vm_fault_t {
                // SAFETY: By its invariant the fault is live; C serves it at this level, and user space may
                // access the frames.
                unsafe { bindings::$insert($fault.as_ptr(), pfn.as_raw(), $last) }
            }
        }
    };
}

insert_level!(Pte, |fault| vmf_insert_pfn_order(0));
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
insert_level!(Pmd, |fault| vmf_insert_pfn_pmd(fault.is_write()));
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
insert_level!(Pud, |fault| vmf_insert_pfn_pud(fault.is_write()));

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
#[macros::kunit_tests(rust_pgtable_fault)]
mod tests {
    use super::*;
    use crate::{
        mm::{
            pgtable::test_mm::{block_addr, TestMm},
            virt::vm_flags_t,
        },
        page::Page,
        prelude::*,
    };

    /// What a read fault of a PMD in a vma with `vm_flags` ends in that inserts the block from frame
    /// `first` on, and whether something is mapped then.
    fn insert(vm_flags: vm_flags_t, first: usize) -> Result<(Option<FaultError>, bool)> {
        let test = TestMm::with_flags(vm_flags)?;
        let pmd = test.entry::<Pmd>(1)?;
        let mmap = test.mm().mmap_read_lock();
        let vma = mmap.vma_lookup(block_addr(1)).ok_or(EFAULT)?;
        let mut vmf = bindings::vm_fault {
            pmd,
            ..pin_init::zeroed()
        };
        vmf.__bindgen_anon_1.vma = vma.as_ptr();
        vmf.__bindgen_anon_1.address = block_addr(1);
        // SAFETY: The PMD is the vma's for the address, and the mmap lock is held.
        let fault = unsafe { Fault::<Pmd>::from_raw(&mut vmf) }.map_err(|_| EINVAL)?;
        // SAFETY: No thread runs in the mm of a test, so that nothing accesses them.
        let frames = unsafe { DeviceFrames::new(Pfn::new(first), Pmd::PAGES) };
        let error = fault.insert_block(frames.block(0).ok_or(EINVAL)?).err();
        Ok((error, test.leaf_bits::<Pmd>(1).is_ok()))
    }

    /// gup would take references of pages that a leaf of frames maps, but in a vma with `VM_PFNMAP`.
    #[test]
    fn block_with_pages() -> Result {
        let page = Page::alloc_page(GFP_KERNEL)?;
        // SAFETY: The page is alive.
        let pfn = unsafe { bindings::page_to_pfn(page.as_ptr()) };
        let first = pfn - pfn % Pmd::PAGES;
        let refused = Ok((Some(FaultError::Fallback), false));
        assert_eq!(insert(flags::MIXEDMAP, first), refused);
        assert_eq!(insert(flags::IO | flags::PFNMAP, first), Ok((None, true)));
        Ok(())
    }

    #[test]
    fn block_without_pages() {
        let first = Pfn::limit().as_raw() - Pmd::PAGES;
        assert_eq!(insert(flags::MIXEDMAP, first), Ok((None, true)));
        assert_eq!(insert(flags::IO | flags::PFNMAP, first), Ok((None, true)));
    }
}
