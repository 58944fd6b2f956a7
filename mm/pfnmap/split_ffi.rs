// SPDX-License-Identifier: GPL-2.0

//! What C calls to split a leaf: raw pointers in, a typed call, C's values out.

use crate::split::{split, split_at};
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
use kernel::mm::pgtable::Pud;
use kernel::{
    alloc::AllocError,
    bindings,
    ffi::c_int,
    mm::{
        notifier::Unmapped,
        pgtable::{HugeLevel, Pmd, Slot},
        virt::VmaRef,
    },
    prelude::*,
};

/// Splits what lies across an address, as `include/linux/pfnmap.h` says.
///
/// # Safety
///
/// `vma` points at a vma whose mmap lock is held for writing.
#[export]
pub(crate) unsafe extern "C" fn __split_special_address(
    vma: *mut bindings::vm_area_struct,
    address: usize,
) -> c_int {
    // SAFETY: The mmap lock is held for writing.
    let vma = unsafe { write_locked(vma) };
    match split_at(vma, address, true) {
        Ok(()) => 0,
        Err(AllocError) => ENOMEM.to_errno(),
    }
}

/// Splits what lies across an address if there is memory, as `include/linux/pfnmap.h` says.
///
/// # Safety
///
/// As for [`__split_special_address()`].
#[export]
pub(crate) unsafe extern "C" fn __try_split_special_address(
    vma: *mut bindings::vm_area_struct,
    address: usize,
) {
    // SAFETY: The mmap lock is held for writing.
    let vma = unsafe { write_locked(vma) };
    // Without memory the caller drops the leaf.
    let _ = split_at(vma, address, false);
}

/// Keeps faults out of a vma until the mmap lock is released.
///
/// # Safety
///
/// `vma` points at a vma whose mmap lock is held for writing while `'v` lasts.
#[inline]
unsafe fn write_locked<'v>(vma: *mut bindings::vm_area_struct) -> &'v VmaRef {
    // SAFETY: The mmap lock is held for writing.
    unsafe { bindings::vma_start_write(vma) };
    // SAFETY: So is it while `'v` lasts.
    unsafe { VmaRef::from_raw(vma) }
}

/// Splits a special PMD, as `include/linux/pfnmap.h` says.
///
/// # Safety
///
/// `vma` points at a vma that is not of hugetlb, whose mmap lock, vma lock or `i_mmap_rwsem` is held;
/// `pmd` is the entry for `address` in a table of its mm. `mmu_notifier_invalidate_range_start()` was
/// called for all that the entry maps.
#[export]
pub(crate) unsafe extern "C" fn __split_special_pmd(
    vma: *mut bindings::vm_area_struct,
    pmd: *mut bindings::pmd_t,
    address: usize,
) -> bool {
    // SAFETY: `pmd` is the entry for `address`, and secondary MMUs have let go of what it maps.
    unsafe { split_entry::<Pmd>(vma, pmd, address) }
}

/// Splits a special PUD, as `include/linux/pfnmap.h` says.
///
/// # Safety
///
/// As for [`__split_special_pmd()`], one level up.
#[cfg(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP)]
#[export]
pub(crate) unsafe extern "C" fn __split_special_pud(
    vma: *mut bindings::vm_area_struct,
    pud: *mut bindings::pud_t,
    address: usize,
) -> bool {
    // SAFETY: `pud` is the entry for `address`, and secondary MMUs have let go of what it maps.
    unsafe { split_entry::<Pud>(vma, pud, address) }
}

/// Splits an entry that C has found.
///
/// # Safety
///
/// As for [`__split_special_pmd()`], at level `L`.
#[inline]
unsafe fn split_entry<L: HugeLevel>(
    vma: *mut bindings::vm_area_struct,
    ptr: *mut L::Raw,
    address: usize,
) -> bool {
    // SAFETY: The vma is alive.
    let mm = unsafe { (*vma).vm_mm };
    let start = address - address % L::SIZE;
    // A block of user space is not the last of all.
    let addresses = start..start.wrapping_add(L::SIZE);
    // SAFETY: Secondary MMUs have let go of the block.
    let unmapped = unsafe { Unmapped::by_caller(mm, addresses) };
    // SAFETY: `ptr` is the entry for the address, and a lock of the vma is held until this returns.
    let slot = unsafe { Slot::<L>::from_raw(ptr, vma, address) };
    split(slot, None, unmapped)
}
