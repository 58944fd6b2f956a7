// SPDX-License-Identifier: GPL-2.0

//! What C calls: raw pointers in, a typed call, C's values out.

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use crate::insert::insert;
use crate::{
    follow::{follow, Sink},
    insert::{insert_page, wrong_vma},
};
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use kernel::mm::pgtable::Pud;
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
use kernel::mm::{
    pgtable::{ForkSlots, HugeLevel, Pmd},
    virt::VmaRef,
    MmWithUser,
};
use kernel::{
    bindings,
    ffi::{c_int, c_uint},
    mm::{
        pfnmap::{
            fault::{Access, FaultError, LiveFault},
            DeviceFrames, FaultEntry,
        },
        pgtable::{unlock_raw, Level, NotLeaf, Pfn, Pte, Slot, SlotGuard, SpecialLevel},
    },
    prelude::*,
};

/// Looks up and locks the mapping of `args->address`, as `include/linux/mm.h` promises.
///
/// # Safety
///
/// `args` is valid for reading and writing; `args->vma` points at a vma, and until the matching
/// `follow_pfnmap_end()` its mmap lock or the `i_mmap_rwsem` of its file's mapping is held.
#[export]
pub(crate) unsafe extern "C" fn follow_pfnmap_start(
    args: *mut bindings::follow_pfnmap_args,
) -> c_int {
    // SAFETY: `args` is valid, and nothing else uses it.
    let args = unsafe { &mut *args };
    // SAFETY: `args->vma` points at a vma.
    unsafe { bindings::pfnmap_lockdep_assert(args.vma) };
    let (vma, address) = (args.vma, args.address);
    // SAFETY: One of the two locks is held.
    let find = || unsafe { Slot::of_pfnmap(vma, address) };
    match follow(find, &mut Args(args)) {
        Ok(Filled(())) => 0,
        Err(err) => err.to_errno(),
    }
}

/// All outputs of a lookup are written.
struct Filled(());

/// C's inputs and outputs of a lookup.
struct Args<'a>(&'a mut bindings::follow_pfnmap_args);

impl Sink for Args<'_> {
    type Found = Filled;

    /// Hands the outputs and the held lock to C.
    #[inline]
    fn put<L: Level>(&mut self, guard: SlotGuard<'_, L>) -> Result<Filled, NotLeaf> {
        guard.into_raw(self.0).map(Filled)
    }
}

/// Releases what `follow_pfnmap_start()` holds; a lookup that failed on zeroed `args` holds
/// nothing.
///
/// # Safety
///
/// `args` is valid for reading, and as the last `follow_pfnmap_start()` on this thread left it.
#[export]
pub(crate) unsafe extern "C" fn follow_pfnmap_end(args: *mut bindings::follow_pfnmap_args) {
    // SAFETY: `args` is valid, and nothing else uses it.
    let args = unsafe { &*args };
    // SAFETY: Its lock and PTE are as `SlotGuard::into_raw()` left them, or null.
    unsafe { unlock_raw(args) };
}

/// Inserts a PMD, as `include/linux/huge_mm.h` promises.
///
/// # Safety
///
/// `vmf` is a live fault that C serves at the level of PMDs; user space may access the frames until
/// the driver has unmapped them.
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
#[export]
pub(crate) unsafe extern "C" fn vmf_insert_pfn_pmd(
    vmf: *mut bindings::vm_fault,
    pfn: usize,
    write: bool,
) -> bindings::vm_fault_t {
    // SAFETY: C serves the fault at this level, and user space may access the frames.
    unsafe { serve::<Pmd>(vmf, pfn, insert, access(write)) }
}

/// Inserts a PUD, as `include/linux/huge_mm.h` promises.
///
/// # Safety
///
/// As for [`vmf_insert_pfn_pmd()`], at the level of PUDs.
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
#[export]
pub(crate) unsafe extern "C" fn vmf_insert_pfn_pud(
    vmf: *mut bindings::vm_fault,
    pfn: usize,
    write: bool,
) -> bindings::vm_fault_t {
    // SAFETY: C serves the fault at this level, and user space may access the frames.
    unsafe { serve::<Pud>(vmf, pfn, insert, access(write)) }
}

/// Inserts a block of an order, as `include/linux/pfnmap.h` promises.
///
/// # Safety
///
/// As for [`vmf_insert_pfn_pmd()`], at the level of `order`.
#[export]
pub(crate) unsafe extern "C" fn vmf_insert_pfn_order(
    vmf: *mut bindings::vm_fault,
    pfn: usize,
    order: c_uint,
) -> bindings::vm_fault_t {
    // SAFETY: The fault is live.
    let write = unsafe { LiveFault::from_raw(vmf) }.is_write();
    match order {
        // SAFETY: C serves the fault at this level, and user space may access the frames.
        Pte::ORDER => unsafe { serve::<Pte>(vmf, pfn, insert_page, access(write)) },
        #[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
        // SAFETY: C serves the fault at this level, and user space may access the frames.
        Pmd::ORDER => unsafe { vmf_insert_pfn_pmd(vmf, pfn, write) },
        #[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
        // SAFETY: C serves the fault at this level, and user space may access the frames.
        Pud::ORDER => unsafe { vmf_insert_pfn_pud(vmf, pfn, write) },
        _ => FaultError::Fallback.into_raw(),
    }
}

#[inline]
fn access(write: bool) -> Access {
    if write {
        Access::Write
    } else {
        Access::Read
    }
}

/// A level at which C serves faults.
trait Served: SpecialLevel {
    /// Returns what a fault has found.
    fn found(fault: LiveFault<'_>) -> *mut Self::Found;
}

impl Served for Pte {
    #[inline]
    fn found(fault: LiveFault<'_>) -> *mut bindings::pmd_t {
        fault.pmd()
    }
}

#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
impl Served for Pmd {
    #[inline]
    fn found(fault: LiveFault<'_>) -> *mut bindings::pmd_t {
        fault.pmd()
    }
}

#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
impl Served for Pud {
    #[inline]
    fn found(fault: LiveFault<'_>) -> *mut bindings::pud_t {
        fault.pud()
    }
}

/// What is to be mapped for a fault: where, the first frame, and the frames.
type Request<'f, L> = (FaultEntry<'f, L>, (Pfn, DeviceFrames));

/// Returns what a fault has found, and the block of frames that starts at `pfn`. Fails, after a warning,
/// if the vma of the fault is none for frames.
///
/// # Safety
///
/// C serves the fault at level `L`; user space may access the frames until the driver has unmapped
/// them.
#[inline]
unsafe fn request<L: Served>(
    fault: LiveFault<'_>,
    pfn: usize,
) -> Result<Request<'_, L>, FaultError> {
    let found = L::found(fault);
    let vma = fault.pfnmap_vma().ok_or_else(wrong_vma)?;
    // SAFETY: A fault that C serves at the level has found that for its address.
    let entry = unsafe { FaultEntry::from_raw(vma, fault.address(), found) };
    // SAFETY: User space may access the frames.
    let frames = unsafe { DeviceFrames::new(Pfn::new(pfn), L::PAGES) };
    Ok((entry, (Pfn::new(pfn), frames)))
}

/// Inserts by `insert` the block of frames that starts at `pfn`, and returns C's answer.
///
/// # Safety
///
/// `vmf` is a live fault that C serves at level `L`, and the lock of its vma is held; user space may
/// access the frames until the driver has unmapped them.
#[inline]
unsafe fn serve<L: Served>(
    vmf: *mut bindings::vm_fault,
    pfn: usize,
    insert: impl FnOnce(FaultEntry<'_, L>, (Pfn, &DeviceFrames), Access) -> Result<(), FaultError>,
    access: Access,
) -> bindings::vm_fault_t {
    // SAFETY: The fault is live, and the lock of its vma is held.
    let fault = unsafe { LiveFault::from_raw(vmf) };
    // SAFETY: C serves the fault at this level, and user space may access the frames.
    let request = unsafe { request::<L>(fault, pfn) };
    let result = request.and_then(|(entry, (pfn, frames))| insert(entry, (pfn, &frames), access));
    let answer = match result {
        Ok(()) => bindings::vm_fault_reason_VM_FAULT_NOPAGE,
        Err(err) => err.into_raw(),
    };
    fault.trace_insert::<L>(Pfn::new(pfn), answer);
    answer
}

/// Returns frames that a test of KUnit maps in its own mm.
#[cfg(CONFIG_KUNIT = "y")]
pub(crate) fn test_frames(first: Pfn, pages: usize) -> DeviceFrames {
    // SAFETY: No thread runs in the mm of a test, so that nothing accesses them.
    unsafe { DeviceFrames::new(first, pages) }
}

/// Copies a special PMD at fork, as `include/linux/pfnmap.h` says.
///
/// # Safety
///
/// The entries are those for `addr` in tables of the two mms, which are a parent and its child;
/// both mmap locks are held for writing, and no thread of the child has run. The child's entry is
/// empty. `src_vma` is the parent's vma there, not of hugetlb. If a write to it makes a copy, fork has
/// started a notifier range for it, and flushes its TLB entries in the end.
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
#[export]
pub(crate) unsafe extern "C" fn copy_special_pmd(
    dst_mm: *mut bindings::mm_struct,
    _src_mm: *mut bindings::mm_struct,
    dst_pmd: *mut bindings::pmd_t,
    src_pmd: *mut bindings::pmd_t,
    addr: usize,
    src_vma: *mut bindings::vm_area_struct,
) -> c_int {
    // SAFETY: The entries are those of a parent and its child for `addr`; both mmap locks are held.
    unsafe { copy_huge::<Pmd>((dst_mm, dst_pmd), src_pmd, addr, src_vma) }
}

/// Copies a PUD at fork, as `include/linux/huge_mm.h` promises.
///
/// # Safety
///
/// As for [`copy_special_pmd()`].
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
#[export]
pub(crate) unsafe extern "C" fn copy_huge_pud(
    dst_mm: *mut bindings::mm_struct,
    _src_mm: *mut bindings::mm_struct,
    dst_pud: *mut bindings::pud_t,
    src_pud: *mut bindings::pud_t,
    addr: usize,
    src_vma: *mut bindings::vm_area_struct,
) -> c_int {
    // SAFETY: The entries are those of a parent and its child for `addr`; both mmap locks are held.
    unsafe { copy_huge::<Pud>((dst_mm, dst_pud), src_pud, addr, src_vma) }
}

/// Copies an entry at fork.
///
/// # Safety
///
/// As for [`copy_special_pmd()`].
#[cfg(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP)]
#[inline]
unsafe fn copy_huge<L: HugeLevel>(
    dst: (*mut bindings::mm_struct, *mut L::Raw),
    src: *mut L::Raw,
    addr: usize,
    src_vma: *mut bindings::vm_area_struct,
) -> c_int {
    // SAFETY: The mmap lock of the vma is held.
    let vma = unsafe { VmaRef::from_raw(src_vma) };
    // SAFETY: Fork is the user of the child's mm.
    let mm = unsafe { MmWithUser::from_raw(dst.0) };
    // SAFETY: The entries are a parent's and its child's, and that of the child is empty; the mmap
    // locks keep the tables, and nothing else fills the child's entry before this returns. Fork has told
    // secondary MMUs if a write makes a copy, and flushes.
    let slots = unsafe { ForkSlots::<L>::from_raw((mm, dst.1), src, vma, addr) };
    match slots.copy() {
        Ok(()) => 0,
        Err(err) => err.to_errno(),
    }
}
