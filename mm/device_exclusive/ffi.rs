// SPDX-License-Identifier: GPL-2.0

//! What C calls: raw pointers in, a typed call, C's values out.

use crate::{fault::take_back, make::make};
use core::{ptr::null_mut, slice};
use kernel::{
    bindings,
    error::from_err_ptr,
    ffi::{c_int, c_ulong, c_void},
    mm::{
        device_exclusive::{CallerMmap, ExclusivePages},
        folio::FolioRef,
        notifier::{Owner, Unmapped},
        pfnmap::fault::LiveFault,
        pgtable::{
            pages::{ForkPte, PteRun, SeenExclusive},
            Pmd, Slot,
        },
        virt::VmaRef,
        MmWithUser,
    },
    page::{PAGE_MASK, PAGE_SIZE},
    prelude::*,
};

/// Takes one page, as `include/linux/rmap.h` promises.
///
/// # Safety
///
/// `mm` has a user, and its mmap lock is held; `foliop` is valid for writing.
#[export]
pub(crate) unsafe extern "C" fn make_device_exclusive(
    mm: *mut bindings::mm_struct,
    addr: usize,
    owner: *mut c_void,
    foliop: *mut *mut bindings::folio,
) -> *mut bindings::page {
    let mut page = null_mut();
    // SAFETY: The caller holds the mmap lock; there is room for one pointer.
    unsafe { make_pages(mm, addr & PAGE_MASK, 1, owner, &mut page) };
    if from_err_ptr(page).is_ok() {
        // SAFETY: A reference keeps the page; `foliop` is valid.
        unsafe { foliop.write(bindings::page_folio(page)) };
    }
    page
}

/// Takes consecutive pages, as `include/linux/device_exclusive.h` promises.
///
/// # Safety
///
/// `mm` has a user, and its mmap lock is held; `pages` is valid for writing `nr` pointers, and may
/// be null for none.
#[export]
pub(crate) unsafe extern "C" fn make_device_exclusive_range(
    mm: *mut bindings::mm_struct,
    start: usize,
    nr: c_ulong,
    owner: *mut c_void,
    pages: *mut *mut bindings::page,
) -> c_ulong {
    // SAFETY: The caller holds the mmap lock, and has room for `nr` pointers.
    unsafe { make_pages(mm, start & PAGE_MASK, nr, owner, pages) }
}

/// Takes consecutive pages.
///
/// # Safety
///
/// As for [`make_device_exclusive_range()`].
#[inline]
unsafe fn make_pages(
    mm: *mut bindings::mm_struct,
    start: usize,
    nr: usize,
    owner: *mut c_void,
    pages: *mut *mut bindings::page,
) -> usize {
    // SAFETY: The mm has a user.
    let mm = unsafe { MmWithUser::from_raw(mm) };
    // SAFETY: The caller holds the mmap lock until this function returns.
    let mmap = unsafe { CallerMmap::new(mm) };
    // SAFETY: The caller has room for `nr` pointers.
    let mut pages = ExclusivePages::new(unsafe { array(pages, nr) });
    // SAFETY: The owner is that of the driver that calls.
    let owner = unsafe { Owner::from_raw(owner) };
    make(&mmap, start, owner, &mut pages);
    pages.trace(&mmap, start);
    pages.into_raw()
}

/// Returns C's array as a slice. The array of no page may be a null pointer, which no slice is.
///
/// # Safety
///
/// `pages` is valid for reading and writing `nr` pointers while `'a` lasts, and nothing else uses
/// them.
#[inline]
unsafe fn array<'a>(pages: *mut *mut bindings::page, nr: usize) -> &'a mut [*mut bindings::page] {
    if nr == 0 {
        return &mut [];
    }
    // SAFETY: The pointers are valid, so that `pages` is not null.
    unsafe { slice::from_raw_parts_mut(pages, nr) }
}

/// Gives pages back, as `include/linux/device_exclusive.h` promises.
///
/// # Safety
///
/// `pages` are `nr` pointers as [`make_device_exclusive_range()`] left them, not released yet; it
/// may be null for none.
#[export]
pub(crate) unsafe extern "C" fn release_device_exclusive_range(
    pages: *mut *mut bindings::page,
    nr: c_ulong,
) {
    // SAFETY: The caller gives the `nr` pointers away until they are released.
    let pages = unsafe { array(pages, nr) };
    // SAFETY: They are as they were left, and not released yet.
    drop(unsafe { ExclusivePages::from_raw(pages) });
}

/// Serves a fault on a device-exclusive entry, for `do_swap_page()`.
///
/// # Safety
///
/// `vmf` is a live fault, whose `orig_pte` is a device-exclusive entry, that of its `page`.
#[export]
pub(crate) unsafe extern "C" fn remove_device_exclusive_entry(
    vmf: *mut bindings::vm_fault,
) -> bindings::vm_fault_t {
    // SAFETY: The fault is live.
    let fault = unsafe { LiveFault::from_raw(vmf) };
    // SAFETY: There is a `struct page` for what an entry named.
    let Some(folio) = (unsafe { FolioRef::try_get(fault.page()) }) else {
        return 0;
    };
    // SAFETY: The fault is live, and is not used any more where this fails.
    let folio = match unsafe { folio.lock_or_retry(vmf) } {
        Ok(folio) => folio,
        Err(retry) => return retry,
    };
    // SAFETY: `orig_pte` is a device-exclusive entry, that of `page`.
    let seen = unsafe { SeenExclusive::from_raw(fault.orig_pte(), fault.page()) };
    // The lock of the vma was not released for the folio.
    let (vma, address) = (fault.vma(), fault.address());
    // SAFETY: The fault, in a vma that is not of hugetlb, has found the PMD of its address.
    let pmd = unsafe { Slot::<Pmd>::from_raw(fault.pmd(), vma.as_ptr(), address) };
    take_back(folio, seen, pmd);
    0
}

/// Copies a device-exclusive entry at fork, for `copy_nonpresent_pte()`: 0 if it is done, -ENOENT
/// if the parent's entry is to be copied as the present one that it has become, -EBUSY if its folio
/// is locked.
///
/// # Safety
///
/// Fork copies `src_vma`, which is not of hugetlb, to `dst_vma`. If a write to it makes a copy, as where
/// the entry is device-exclusive, fork has started a notifier range for it, and flushes its TLB entries in
/// the end. It holds the locks of both entries, those for `addr` in both; that of the child is empty. `rss`
/// has C's counters.
#[export]
pub(crate) unsafe extern "C" fn copy_exclusive_pte(
    dst_vma: *mut bindings::vm_area_struct,
    src_vma: *mut bindings::vm_area_struct,
    dst_pte: *mut bindings::pte_t,
    src_pte: *mut bindings::pte_t,
    addr: usize,
    rss: *mut c_int,
) -> c_int {
    // SAFETY: Fork copies `src_vma` to `dst_vma`, and holds the locks of both entries for `addr`; it has
    // told secondary MMUs if a write makes a copy, and flushes.
    let mut fork = unsafe { ForkPte::from_raw((dst_vma, dst_pte), (src_vma, src_pte), addr) };
    // The page of the entries: never EINVAL, for which C has no case. Nothing that is mapped ends at the
    // last address, so that this needs no check for an overflow.
    // SAFETY: Fork has started an invalidation of `src_vma`, which ends after this.
    let unmapped =
        unsafe { Unmapped::by_caller((*src_vma).vm_mm, addr..addr.wrapping_add(PAGE_SIZE)) };
    match fork.share_exclusive(unmapped) {
        Ok(page) => {
            // SAFETY: `rss` has a counter for each kind of memory.
            unsafe { *rss.add(page.mm_counter()) += 1 };
            0
        }
        Err(error) => error.to_errno(),
    }
}

/// Copies the entry of a page in the memory of a device at fork, for `copy_nonpresent_pte()`.
///
/// # Safety
///
/// As for [`copy_exclusive_pte()`].
#[export]
pub(crate) unsafe extern "C" fn copy_private_pte(
    dst_vma: *mut bindings::vm_area_struct,
    src_vma: *mut bindings::vm_area_struct,
    dst_pte: *mut bindings::pte_t,
    src_pte: *mut bindings::pte_t,
    addr: usize,
    rss: *mut c_int,
) {
    // SAFETY: Fork copies `src_vma` to `dst_vma`, and holds the locks of both entries for `addr`; it has
    // told secondary MMUs if a write makes a copy, and flushes.
    let mut fork = unsafe { ForkPte::from_raw((dst_vma, dst_pte), (src_vma, src_pte), addr) };
    if let Some(page) = fork.share_private() {
        // SAFETY: `rss` has a counter for each kind of memory.
        unsafe { *rss.add(page.mm_counter()) += 1 };
    }
}

/// Makes present entries those of pages that are being moved, for `migrate_vma_collect_pmd()`: that
/// of `addr`, and those after it that are as simple. Writes what has become of them to `migrate`,
/// and returns how many they are.
///
/// # Safety
///
/// `ptep` is the entry for `addr` in `migrate->vma`, and with all up to `end`, in bytes, in one
/// table, whose lock is held. It maps `page`, which `vm_normal_page()` returned, of `folio`, which has
/// no other; the caller gives lock and reference of the folio away. The mmap lock is held, and an
/// invalidation of the addresses was started.
#[export]
pub(crate) unsafe extern "C" fn collect_present_ptes(
    migrate: *mut bindings::migrate_vma,
    addr: usize,
    end: usize,
    ptep: *mut bindings::pte_t,
    page: *mut bindings::page,
    folio: *mut bindings::folio,
) -> c_ulong {
    // SAFETY: `migrate` is valid, and nothing else uses it meanwhile.
    let migrate = unsafe { &mut *migrate };
    // SAFETY: The mmap lock is held.
    let vma = unsafe { VmaRef::from_raw(migrate.vma) };
    let system = bindings::migrate_vma_direction_MIGRATE_VMA_SELECT_SYSTEM as usize;
    // Nothing that is mapped ends at the last address, so that this needs no check for an overflow.
    let end = if migrate.flags & system != 0 {
        end
    } else {
        addr.wrapping_add(PAGE_SIZE)
    };
    // SAFETY: `ptep` is the entry for `addr`; the lock of its table is held, an invalidation of the
    // addresses was started, and nothing else uses the entries. The run is dropped when this returns.
    let mut run = unsafe { PteRun::from_raw(ptep, vma, addr..end) };
    // SAFETY: The run has one entry at least and cleared none yet, and the first maps `page`, the one of
    // `folio`; the caller gives lock and reference of the folio away.
    unsafe { run.clear_known(page, folio) };
    let before = migrate.npages;
    while run.clear_next() {}
    run.flush(|page| {
        let moving = page.unwrap_or(0);
        // These are numbers of elements of arrays, so that nothing overflows.
        migrate.cpages = migrate.cpages.wrapping_add(usize::from(moving != 0));
        // SAFETY: C has room for each page up to `end`, of which the run has no more.
        unsafe { migrate.src.add(migrate.npages).write(moving) };
        // SAFETY: C has as much room in `dst` as in `src`.
        unsafe { migrate.dst.add(migrate.npages).write(0) };
        migrate.npages = migrate.npages.wrapping_add(1);
    });
    migrate.npages.wrapping_sub(before)
}
